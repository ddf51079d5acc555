/* SPDX-License-Identifier: Apache-2.0 */
/* list and describe: what there is. */
#include "args.h"
#include "command.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* A bound that is no number stands for "none". */
static json_t *bound(double x) { return isfinite(x) ? json_real(x) : json_null(); }

static json_t *param_json(const struct ind_param *p)
{
    json_t *told = json_pack("{s:s, s:s, s:o, s:o, s:o, s:b}", "name", p->name, "unit",
                             p->unit ? p->unit : "", "default", bound(p->def), "min", bound(p->min),
                             "max", bound(p->max), "integer", (p->flags & IND_INTEGER) != 0);

    if (p->choices) {
        json_t *choices = json_array();

        for (size_t i = 0; p->choices[i]; i++)
            json_array_append_new(choices, json_string(p->choices[i]));
        json_object_set_new(told, "choices", choices);
    }
    return told;
}

static json_t *indicator_json(const struct ind_indicator *ind)
{
    json_t *inputs = json_array(), *outputs = json_array(), *params = json_array(),
           *warmup = json_array();
    double defaults[IND_MAX_PARAMS];

    ind_defaults(ind, defaults);
    for (size_t i = 0; i < ind_n_inputs(ind); i++)
        json_array_append_new(inputs, json_pack("{s:s, s:s}", "name", ind->inputs[i].name, "column",
                                                ind->inputs[i].column));
    for (size_t i = 0; i < ind_n_params(ind); i++)
        json_array_append_new(params, param_json(&ind->params[i]));
    for (size_t i = 0; i < ind_n_outputs(ind); i++) {
        json_array_append_new(outputs, json_string(ind->outputs[i]));
        json_array_append_new(warmup, json_integer((json_int_t)ind_warmup(ind, defaults, i)));
    }
    return json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:s, s:s}", "name", ind->name, "title",
                     ind->title, "family", ind->family, "inputs", inputs, "outputs", outputs,
                     "parameters", params, "warmup", warmup, "source",
                     ind->source ? ind->source : "", "note", ind->note ? ind->note : "");
}

static int dump(json_t *root)
{
    const int r = json_dumpf(root, stdout, JSON_INDENT(1) | JSON_PRESERVE_ORDER);

    putchar('\n');
    json_decref(root);
    return r == 0 && fflush(stdout) == 0 ? DRIVER_OK : DRIVER_FAILED;
}

static void print_default(const struct ind_param *p)
{
    char value[64];

    binding_value(value, sizeof value, p, p->def);
    fputs(value, stdout);
}

/* name  title (family); from close; gives values; period=14 */
static void print_line(const struct ind_indicator *ind)
{
    printf("%-20s %s (%s); from ", ind->name, ind->title, ind->family);
    for (size_t i = 0; i < ind_n_inputs(ind); i++)
        printf("%s%s", i ? "," : "", ind->inputs[i].column);
    printf("; gives ");
    for (size_t i = 0; i < ind_n_outputs(ind); i++)
        printf("%s%s", i ? "," : "", ind->outputs[i]);
    for (size_t i = 0; i < ind_n_params(ind); i++) {
        printf("%s%s=", i ? " " : "; ", ind->params[i].name);
        print_default(&ind->params[i]);
    }
    putchar('\n');
}

int command_list(const struct command *cmd)
{
    json_t *all = cmd->json ? json_array() : NULL;

    for (size_t i = 0; i < ind_count(); i++) {
        if (cmd->json)
            json_array_append_new(all, indicator_json(ind_at(i)));
        else
            print_line(ind_at(i));
    }
    if (cmd->json)
        return dump(all);
    return fflush(stdout) == 0 ? DRIVER_OK : DRIVER_FAILED;
}

static void print_description(const struct ind_indicator *ind)
{
    double defaults[IND_MAX_PARAMS];
    char range[256];

    ind_defaults(ind, defaults);
    printf("%s: %s\n\n", ind->name, ind->title);
    printf("family      %s\n", ind->family);
    for (size_t i = 0; i < ind_n_inputs(ind); i++)
        printf("input       %-16s column %s\n", ind->inputs[i].name, ind->inputs[i].column);
    for (size_t i = 0; i < ind_n_params(ind); i++) {
        binding_range(range, sizeof range, &ind->params[i]);
        printf("parameter   %-16s %s; default ", ind->params[i].name, range);
        print_default(&ind->params[i]);
        putchar('\n');
    }
    for (size_t i = 0; i < ind_n_outputs(ind); i++)
        printf("output      %-16s first value %zu bars after the first valid one\n",
               ind->outputs[i], ind_warmup(ind, defaults, i));
    if (ind->source)
        printf("source      %s\n", ind->source);
    if (ind->note)
        printf("\n%s\n", ind->note);
}

int command_describe(const struct command *cmd)
{
    struct series_message err = {0};
    struct binding b;

    if (binding_init(&b, cmd->name, &err) < 0)
        return command_fail(DRIVER_BAD_USE, &err);
    if (cmd->json)
        return dump(indicator_json(b.ind));
    print_description(b.ind);
    return DRIVER_OK;
}
