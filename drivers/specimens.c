/* SPDX-License-Identifier: Apache-2.0 */
/* Run specimens of waste and their clean twins, and say by heart what a profiler must find. */
#include "args.h"
#include "print.h"
#include "specimen_run.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum twins { TWIN_WASTEFUL = 1, TWIN_CLEAN = 2 };

struct options {
    struct series_source source;
    const char *run[64];
    size_t n_run, combos;
    unsigned twins, calls;
    bool list, json, all;
};

enum { KEY_TWIN = 0x100, KEY_COMBOS, KEY_CALLS, KEY_LIST, KEY_JSON, KEY_ALL };

static void choose_calls(struct options *o, struct argp_state *state, char *list)
{
    o->calls = 0;
    for (char *save, *name = strtok_r(list, ",", &save); name; name = strtok_r(NULL, ",", &save)) {
        if (strcmp(name, "single") == 0)
            o->calls |= SPECIMEN_SINGLE;
        else if (strcmp(name, "batch1") == 0)
            o->calls |= SPECIMEN_BATCH_ONE;
        else if (strcmp(name, "batch") == 0)
            o->calls |= SPECIMEN_BATCH;
        else
            argp_error(state, "--calls: expected some of single,batch1,batch, got '%s'", name);
    }
}

static void choose_twin(struct options *o, struct argp_state *state, const char *name)
{
    if (strcmp(name, "wasteful") == 0)
        o->twins = TWIN_WASTEFUL;
    else if (strcmp(name, "clean") == 0)
        o->twins = TWIN_CLEAN;
    else if (strcmp(name, "both") == 0)
        o->twins = TWIN_WASTEFUL | TWIN_CLEAN;
    else
        argp_error(state, "--twin: expected wasteful, clean or both, got '%s'", name);
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
    struct options *o = state->input;

    switch (key) {
    case 'r':
        if (o->n_run == sizeof o->run / sizeof *o->run)
            argp_error(state, "--run: more than 64 names; --all runs every one");
        if (!specimen_find(arg))
            argp_error(state, "--run: unknown specimen '%s'; --list names all", arg);
        o->run[o->n_run++] = arg;
        return 0;
    case KEY_TWIN:
        choose_twin(o, state, arg);
        return 0;
    case KEY_CALLS:
        choose_calls(o, state, arg);
        return 0;
    case KEY_COMBOS:
        o->combos = args_count(state, "combos", arg);
        if (o->combos > SPECIMEN_MAX_COMBOS)
            argp_error(state, "--combos: at most %d", SPECIMEN_MAX_COMBOS);
        return 0;
    case KEY_LIST:
        o->list = true;
        return 0;
    case KEY_JSON:
        o->json = true;
        return 0;
    case KEY_ALL:
        o->all = true;
        return 0;
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &o->source;
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "'%s' is not understood: only options are", arg);
        return 0;
    case ARGP_KEY_END:
        if (!o->list && !o->all && o->n_run == 0)
            argp_error(state, "say --run NAME, --all or --list");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option own_options[] = {
    {"run", 'r', "NAME", 0, "Run this specimen (repeatable)", 3},
    {"all", KEY_ALL, NULL, 0, "Run all of them", 3},
    {"twin", KEY_TWIN, "TWIN", 0, "wasteful, clean, or both (the default)", 3},
    {"combos", KEY_COMBOS, "M", 0, "Parameter sets of the batch call (64)", 3},
    {"calls", KEY_CALLS, "CALLS", 0,
     "Which calls to make, of single,batch1,batch (all three, in this order)", 3},
    {"list", KEY_LIST, NULL, 0, "Print the names; with --json what is to be found, run nothing", 3},
    {"json", KEY_JSON, NULL, 0, "Print one JSON object: what is to be found, and what was seen", 3},
    {0},
};

static const struct argp_child children[] = {{&args_source_argp, 0, NULL, 0}, {0}};

static const struct argp argp = {
    own_options,
    parse_option,
    NULL,
    "Run patterns of waste as batch code has them, each beside a clean twin, in scopes named after "
    "them. They are what the profiler is tested against: --json says kind, function, file, line "
    "and bytes of each finding that there must be. Bytes are those of one batch call of M sets.",
    children,
    NULL,
    NULL};

static bool wants(const struct options *o, const char *name)
{
    for (size_t i = 0; i < o->n_run; i++)
        if (strcmp(o->run[i], name) == 0)
            return true;
    return o->n_run == 0;
}

/* ---- what is to be found ---- */

static json_t *waste_json(const struct specimen *spec, const struct spec_waste *waste,
                          const struct spec_input *in, size_t combos)
{
    size_t period[SPECIMEN_MAX_COMBOS];
    const size_t one = SPECIMEN_FIRST_PERIOD;

    specimen_periods(period, combos);
    json_t *told = json_pack("{s:s, s:s, s:s, s:i, s:b, s:I, s:I}", "kind", waste->kind, "function",
                             waste->function, "file", spec->file, "line",
                             (int)specimen_line(spec, waste->mark), "exact", waste->exact, "bytes",
                             (json_int_t)waste->bytes(in, period, combos), "bytes_batch1",
                             (json_int_t)waste->bytes(in, &one, 1));

    if (waste->also)
        json_object_set_new(told, "also", json_string(waste->also));
    if (waste->source)
        json_object_set_new(told, "source_line", json_integer(specimen_line(spec, waste->source)));
    return told;
}

static json_t *seen_json(const struct nc_seen *seen)
{
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "allocations", (json_int_t)seen->allocations,
                     "allocated_bytes", (json_int_t)seen->allocated_bytes, "temporary_bytes",
                     (json_int_t)seen->temporary_bytes, "retained_bytes",
                     (json_int_t)seen->retained_bytes, "peak_bytes", (json_int_t)seen->peak_bytes,
                     "copied_bytes", (json_int_t)seen->copied_bytes);
}

static json_t *specimen_json(const struct options *o, const struct specimen *spec,
                             const struct spec_input *in)
{
    json_t *findings = json_array();

    for (size_t i = 0; i < SPEC_MAX_WASTE && spec->waste[i].kind; i++)
        json_array_append_new(findings, waste_json(spec, &spec->waste[i], in, o->combos));
    return json_pack("{s:s, s:s, s:s, s:s, s:o}", "name", spec->name, "language",
                     spec->language ? spec->language : "C", "file", spec->file, "shows",
                     spec->shows, "findings", findings);
}

/* ---- running ---- */

static int run_twin(const struct options *o, const struct specimen *spec, bool clean,
                    const struct spec_input *in, json_t *into)
{
    struct specimen_seen seen;

    if (specimen_run(spec, clean, in, o->combos, o->calls, &seen) < 0) {
        fprintf(stderr, "%s: %s: out of memory\n", program_invocation_short_name, spec->name);
        return -1;
    }
    if (!o->json)
        printf("%s%s\n", spec->name, clean ? "_clean" : "");
    else if (nc_present())
        json_object_set_new(into, clean ? "seen_clean" : "seen",
                            json_pack("{s:o, s:o, s:o}", "single", seen_json(&seen.single),
                                      "batch1", seen_json(&seen.one), "batch",
                                      seen_json(&seen.batch)));
    return 0;
}

static int run_all(const struct options *o, const struct spec_input *in, json_t *list)
{
    int r = 0;

    for (size_t i = 0; specimen_list[i]; i++) {
        const struct specimen *spec = specimen_list[i];
        json_t *seen = json_object();

        if (wants(o, spec->name)) {
            if (!o->list && o->twins & TWIN_WASTEFUL)
                r |= run_twin(o, spec, false, in, seen);
            if (!o->list && o->twins & TWIN_CLEAN)
                r |= run_twin(o, spec, true, in, seen);
            /* after the run: what growth moves is only known then */
            json_t *told = specimen_json(o, spec, in);

            json_object_update(told, seen);
            json_array_append_new(list, told);
        }
        json_decref(seen);
    }
    return r;
}

static int list_names(const struct options *o)
{
    for (size_t i = 0; specimen_list[i]; i++)
        if (wants(o, specimen_list[i]->name))
            printf("%-22s %s\n", specimen_list[i]->name, specimen_list[i]->shows);
    return DRIVER_OK;
}

int main(int argc, char **argv)
{
    struct options o = {.source.seed = 1,
                        .combos = 64,
                        .twins = TWIN_WASTEFUL | TWIN_CLEAN,
                        .calls = SPECIMEN_SINGLE | SPECIMEN_BATCH_ONE | SPECIMEN_BATCH};
    struct series s = {0};
    struct spec_input in;

    args_parse(&argp, argc, argv, &o);
    if (o.list && !o.json)
        return list_names(&o);
    args_load_series(&s, &o.source);
    if (s.len < SPECIMEN_FIRST_PERIOD + o.combos || specimen_input_init(&in, &s) < 0) {
        fprintf(stderr, "%s: specimens need open, high, low, close, volume and at least %zu bars\n",
                program_invocation_short_name, SPECIMEN_FIRST_PERIOD + o.combos);
        series_done(&s);
        return DRIVER_BAD_DATA;
    }
    json_t *list = json_array();
    int status = run_all(&o, &in, list) < 0 ? DRIVER_FAILED : DRIVER_OK;

    if (o.json) {
        json_t *root = json_pack("{s:I, s:I, s:o}", "bars", (json_int_t)s.len, "combos",
                                 (json_int_t)o.combos, "specimens", json_incref(list));

        json_dumpf(root, stdout, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
        putchar('\n');
        json_decref(root);
    }
    json_decref(list);
    specimen_input_done(&in);
    series_done(&s);
    return status;
}
