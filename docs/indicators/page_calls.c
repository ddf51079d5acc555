/* SPDX-License-Identifier: Apache-2.0 */
/* How an indicator is called: examples that compile as they stand on its page. */
#include "page.h"

#include <string.h>

/* The arguments of a function, no line longer than a page shows. */
struct arguments {
    FILE *out;
    size_t column; /* where the next character goes */
    bool any;
};

static void arguments_begin(struct arguments *ret, const char *type, const char *name,
                            const char *suffix, FILE *out)
{
    *ret = (struct arguments){.out = out};
    ret->column = (size_t)fprintf(out, "%s%s_%s(", type, name, suffix);
}

static void arguments_add(struct arguments *a, const char *type, const char *prefix,
                          const char *name)
{
    enum { PAGE = 88 };
    const size_t len = strlen(type) + strlen(prefix) + strlen(name);

    if (a->any && a->column + len + 3 > PAGE) {
        fputs(",\n        ", a->out);
        a->column = 8;
    } else if (a->any) {
        fputs(", ", a->out);
        a->column += 2;
    }
    fprintf(a->out, "%s%s%s", type, prefix, name);
    a->column += len;
    a->any = true;
}

static void arguments_series(struct arguments *a, const struct ind_indicator *ind)
{
    for (size_t i = 0; i < ind_n_inputs(ind); i++)
        arguments_add(a, "const double *", "", ind->inputs[i].name);
    arguments_add(a, "size_t ", "", "len");
}

static void put_job_inputs(const struct ind_indicator *ind, FILE *out)
{
    fputs("    struct ind_job job = {.in = {", out);
    for (size_t i = 0; i < ind_n_inputs(ind); i++)
        fprintf(out, "%s%s", i ? ", " : "", ind->inputs[i].name);
    fputs("}, .len = len", out);
}

static void put_params_array(const struct ind_indicator *ind, FILE *out)
{
    if (ind_n_params(ind) == 0)
        return;
    fputs("    const double params[] = {", out);
    for (size_t i = 0; i < ind_n_params(ind); i++)
        fprintf(out, "%s%.10g", i ? ", " : "", ind->params[i].def);
    fputs("}; /* ", out);
    for (size_t i = 0; i < ind_n_params(ind); i++)
        fprintf(out, "%s%s", i ? ", " : "", ind->params[i].name);
    fputs(" */\n", out);
}

static void put_single(const struct ind_indicator *ind, FILE *out)
{
    const size_t n_outputs = ind_n_outputs(ind);
    struct arguments args;

    fputs("<h3>One run</h3>\n<pre class=\"c\">/* Every series is len doubles. */\n", out);
    arguments_begin(&args, "int ", ind->name, "run", out);
    arguments_series(&args, ind);
    for (size_t o = 0; o < n_outputs; o++)
        arguments_add(&args, "double *", "ret_", ind->outputs[o]);
    fputs(")\n{\n", out);
    put_params_array(ind, out);
    put_job_inputs(ind, out);
    if (ind_n_params(ind))
        fputs(", .params = params", out);
    fputs("};\n", out);
    for (size_t o = 0; o < n_outputs; o++)
        fprintf(out, "    job.out[%zu] = (struct ind_view){ret_%s, 1, len, len};\n", o,
                ind->outputs[o]);
    fprintf(out,
            "    return ind_%s(&amp;job); /* IND_OK, or what ind_strerror() says */\n}\n</pre>\n",
            ind->name);
}

static void put_sweep(const struct bench_case *c, FILE *out)
{
    const struct ind_indicator *ind = c->ind;
    struct arguments args;

    if (c->combos < 2)
        return;
    fprintf(out,
            "<h3>A sweep</h3>\n<pre class=\"c\">/* %zu rows, one a combination, to be freed "
            "by ind_result_free(). */\n",
            c->combos);
    arguments_begin(&args, "int ", ind->name, "sweep", out);
    arguments_series(&args, ind);
    arguments_add(&args, "struct ind_result *", "", "ret");
    fputs(")\n{\n    const struct ind_axis axes[] = {\n", out);
    for (size_t i = 0; i < ind_n_params(ind); i++)
        fprintf(out, "        {%.10g, %.10g, %.10g}, /* %s: from, to, step */\n", c->many[i].start,
                c->many[i].end, c->many[i].step, ind->params[i].name);
    fputs("    };\n", out);
    put_job_inputs(ind, out);
    fprintf(out, ", .axes = axes};\n    return ind_%s_batch_new(&amp;job, ret);\n}\n</pre>\n",
            ind->name);
    fprintf(out,
            "<p class=\"small\">Into memory of your own: <code>ind_%s_batch</code>, with "
            "<code>job.out</code> and <code>ind_work_size()</code> bytes at "
            "<code>job.work</code>.</p>\n",
            ind->name);
}

static void put_stream(const struct ind_indicator *ind, FILE *out)
{
    const char *params = ind_n_params(ind) ? "params" : "NULL";
    double defaults[IND_MAX_PARAMS];
    struct arguments args;

    ind_defaults(ind, defaults);
    fprintf(out,
            "<h3>Bar by bar</h3>\n<pre class=\"c\">/* A stream is %zu bytes with these "
            "parameters; free() ends it. */\nvoid *%s_start(void)\n{\n",
            ind_stream_size(ind, defaults), ind->name);
    put_params_array(ind, out);
    fprintf(out,
            "    const size_t size = ind_stream_size(ind_find(\"%s\"), %s);\n"
            "    void *stream = aligned_alloc(64, size);\n\n"
            "    if (stream)\n        ind_%s_stream(%s, stream, size);\n"
            "    return stream;\n}\n\n",
            ind->name, params, ind->name, params);
    arguments_begin(&args, "void ", ind->name, "next", out);
    arguments_add(&args, "void *", "", "stream");
    for (size_t i = 0; i < ind_n_inputs(ind); i++)
        arguments_add(&args, "double ", "", ind->inputs[i].name);
    arguments_add(&args, "double *", "", "ret");
    fputs(")\n{\n    const double bar[] = {", out);
    for (size_t i = 0; i < ind_n_inputs(ind); i++)
        fprintf(out, "%s%s", i ? ", " : "", ind->inputs[i].name);
    fputs("};\n\n    ind_stream_push(stream, bar, ret); /* ", out);
    for (size_t o = 0; o < ind_n_outputs(ind); o++)
        fprintf(out, "%s%s", o ? ", " : "", ind->outputs[o]);
    fputs(" */\n}\n</pre>\n", out);
}

static void put_command(const struct bench_case *c, FILE *out)
{
    const struct ind_indicator *ind = c->ind;

    fprintf(out, "<h3>From the command line</h3>\n<pre>indicators run %s --data bars.csv -o %s.csv",
            ind->name, ind->name);
    for (size_t i = 0; i < ind_n_params(ind) && c->combos > 1; i++)
        if (c->many[i].start != c->many[i].end)
            fprintf(out,
                    "\nindicators sweep %s --param %s=%.10g:%.10g:%.10g --data bars.csv "
                    "-o %s.npy",
                    ind->name, ind->params[i].name, c->many[i].start, c->many[i].end,
                    c->many[i].step, ind->name);
    fputs("</pre>\n", out);
}

void page_calls(const struct bench_case *c, FILE *out)
{
    fputs("<h2>How to call it</h2>\n", out);
    put_single(c->ind, out);
    put_sweep(c, out);
    put_stream(c->ind, out);
    put_command(c, out);
}
