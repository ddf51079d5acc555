/* SPDX-License-Identifier: Apache-2.0 */
#include "args.h"
#include "nearest.h"

#include <nocopy/indicators.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_DATA = 0x200, KEY_COLUMNS, KEY_SEED, KEY_LIST, KEY_JSON };

static const char *const version = "nocopy " NOCOPY_VERSION;

size_t args_count(struct argp_state *state, const char *option, const char *text)
{
    char *end;
    size_t factor = 1;

    errno = 0;
    unsigned long long n = strtoull(text, &end, 10);

    if (end != text && (*end == 'k' || *end == 'M')) {
        factor = *end == 'k' ? 1000 : 1000000;
        end++;
    }
    if (end == text || *end || errno || *text == '-' || n == 0 || n > (1ull << 40) / factor)
        argp_error(state, "--%s: expected a number from 1 on, as 500, 10k or 1M, got '%s'", option,
                   text);
    return (size_t)n * factor;
}

static error_t parse_file(int key, char *arg, struct argp_state *state)
{
    struct series_source *source = state->input;

    switch (key) {
    case KEY_DATA:
        source->path = arg;
        return 0;
    case KEY_COLUMNS:
        source->columns = arg;
        return 0;
    case 'b':
        source->bars = args_count(state, "bars", arg);
        return 0;
    case ARGP_KEY_END:
        if (source->columns && !source->path)
            argp_error(state, "--columns says how FILE of --data is laid out; give --data too");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option file_options[] = {
    {"data", KEY_DATA, "FILE.csv", 0, "Bars from this file", 1},
    {"columns", KEY_COLUMNS, "NAMES", 0,
     "What the file's columns are, in their order, overriding its header: "
     "timestamp,open,close,high,low,volume for example; - passes over one",
     1},
    {"bars", 'b', "N", 0, "Only the first N bars (of generated ones: 10000)", 1},
    {0},
};

const struct argp args_file_argp = {file_options, parse_file, NULL, NULL, NULL, NULL, NULL};

static error_t parse_source(int key, char *arg, struct argp_state *state)
{
    struct series_source *source = state->input;
    char *end;

    switch (key) {
    case KEY_SEED:
        errno = 0;
        source->seed = strtoull(arg, &end, 0);
        if (end == arg || *end || errno || *arg == '-')
            argp_error(state, "--seed: expected a number from 0 on, got '%s'", arg);
        return 0;
    case ARGP_KEY_INIT:
        state->child_inputs[0] = source;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option source_options[] = {
    {"seed", KEY_SEED, "N", 0, "Without --data the bars are generated; generate others", 1},
    {0},
};

static const struct argp_child source_children[] = {{&args_file_argp, 0, NULL, 0}, {0}};

const struct argp args_source_argp = {source_options,  parse_source, NULL, NULL,
                                      source_children, NULL,         NULL};

static void add_indicators(struct driver_args *args, struct argp_state *state, char *list)
{
    for (char *save, *name = strtok_r(list, ",", &save); name; name = strtok_r(NULL, ",", &save)) {
        if (args->n_indicators == sizeof args->indicator / sizeof *args->indicator)
            argp_error(state, "--indicator: more than 64 names; leave it out to run all");
        args->indicator[args->n_indicators++] = name;
    }
}

static error_t parse_driver(int key, char *arg, struct argp_state *state)
{
    struct driver_args *args = state->input;

    switch (key) {
    case 'i':
        add_indicators(args, state, arg);
        return 0;
    case KEY_LIST:
        args->list = true;
        return 0;
    case KEY_JSON:
        args->json = true;
        return 0;
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &args->source;
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "'%s' is not understood: only options are", arg);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option driver_options[] = {
    {"indicator", 'i', "NAME", 0, "Only this one (repeatable, or names with commas between)", 2},
    {"list", KEY_LIST, NULL, 0, "Print the names that can be run, one a line", 2},
    {"json", KEY_JSON, NULL, 0, "Print one JSON object instead of tables", 2},
    {0},
};

static const struct argp_child driver_children[] = {{&args_source_argp, 0, NULL, 0}, {0}};

const struct argp args_driver_argp = {driver_options,  parse_driver, NULL, NULL,
                                      driver_children, NULL,         NULL};

static void print_version(FILE *out, struct argp_state *state) { fprintf(out, "%s\n", version); }

/* Words are parted where they stand, and `argv` may be wanted whole for another process. Kept to
 * the end: options point into them. */
static char **copy_words(int argc, char *const *argv)
{
    static char **words;

    words = calloc((size_t)argc + 1, sizeof *words);
    for (int i = 0; words && i < argc; i++)
        if (!(words[i] = strdup(argv[i])))
            return NULL;
    return words;
}

void args_parse(const struct argp *argp, int argc, char **argv, void *input)
{
    char **words = copy_words(argc, argv);

    argp_err_exit_status = DRIVER_BAD_USE;
    argp_program_version_hook = print_version;
    if (!words) {
        fprintf(stderr, "%s: out of memory\n", program_invocation_short_name);
        exit(DRIVER_FAILED);
    }
    if (argp_parse(argp, argc, words, 0, NULL, input) != 0)
        exit(DRIVER_BAD_USE);
}

static const char *indicator_name(const void *unused, size_t i)
{
    const struct ind_indicator *ind = ind_at(i);

    return ind ? ind->name : NULL;
}

int args_check_indicators(const struct driver_args *args)
{
    char hint[256];

    for (size_t i = 0; i < args->n_indicators; i++) {
        if (ind_find(args->indicator[i]))
            continue;
        nearest_hint(hint, sizeof hint, args->indicator[i], indicator_name, NULL);
        fprintf(stderr, "%s: unknown indicator '%s'%s\n", program_invocation_short_name,
                args->indicator[i], hint[0] ? hint : "; --list names all");
        return -1;
    }
    return 0;
}

int args_list_indicators(void)
{
    for (size_t i = 0; i < ind_count(); i++)
        puts(ind_at(i)->name);
    return DRIVER_OK;
}

bool args_wants(const struct driver_args *args, const char *name)
{
    for (size_t i = 0; i < args->n_indicators; i++)
        if (strcmp(args->indicator[i], name) == 0)
            return true;
    return args->n_indicators == 0;
}

void args_load_series(struct series *ret, const struct series_source *source)
{
    struct series_message note = {0}, err = {0};

    if (series_load(ret, source, &note, &err) < 0) {
        fprintf(stderr, "%s: %s\n", program_invocation_short_name, err.text);
        exit(err.bad_use ? DRIVER_BAD_USE : DRIVER_BAD_DATA);
    }
    if (note.text[0])
        fprintf(stderr, "%s: note: %s\n", program_invocation_short_name, note.text);
}
