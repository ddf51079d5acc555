/* SPDX-License-Identifier: Apache-2.0 */
/* The `indicators` command: list, describe, run, sweep, stream. */
#include "args.h"
#include "command.h"
#include "nearest.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static error_t parse_option(int key, char *arg, struct argp_state *state);

static const struct argp_option data_options[] = {
    {"param", 'p', "K=V", 0, "Set a parameter; in a sweep K=START:END:STEP", 1},
    {"input", 'i', "NAME=COLUMN", 0,
     "Read an input from another column: open, high, low, close, volume, hl2, hlc3, ohlc4, hlcc4, "
     "or any of the file's header",
     1},
    {"output", 'o', "OUT", 0, "Write to this file instead of the standard output", 1},
    {0},
};

static const struct argp_option sweep_options[] = {
    {"threads", 't', "N", 0, "Spread the rows over N threads (1)", 1},
    {0},
};

static const struct argp_option json_options[] = {
    {"json", 'j', NULL, 0, "Print JSON", 1},
    {0},
};

static const struct argp data_argp = {data_options, parse_option, NULL, NULL, NULL, NULL, NULL};
static const struct argp_child run_children[] = {
    {&args_file_argp, 0, NULL, 0}, {&data_argp, 0, NULL, 0}, {0}};

struct call {
    const char *name;
    int (*run)(const struct command *cmd);
    bool wants_indicator;
    struct argp argp;
};

static const struct call calls[] = {
    {"list",
     command_list,
     false,
     {json_options, parse_option, "", "Every indicator, one a line.", NULL, NULL, NULL}},
    {"describe",
     command_describe,
     true,
     {json_options, parse_option, "NAME", "All about one indicator.", NULL, NULL, NULL}},
    {"run",
     command_run,
     true,
     {NULL, parse_option, "NAME --data FILE.csv",
      "Run an indicator over a file of bars. CSV out: the names of the outputs, then a line for "
      "each bar, nan before there is a value.",
      run_children, NULL, NULL}},
    {"sweep",
     command_sweep,
     true,
     {sweep_options, parse_option, "NAME --data FILE.csv",
      "Run an indicator with every combination of parameters, the last one fastest. OUT.npy is "
      "what NumPy loads: rows x bars, or outputs x rows x bars where there are several outputs. "
      "Anything else is CSV: a line for each row and output, parameters first.",
      run_children, NULL, NULL}},
    {"stream",
     command_stream,
     true,
     {NULL, parse_option, "NAME --data FILE.csv", "As run, fed bar by bar.", run_children, NULL,
      NULL}},
};

/* What one call's parser fills. */
struct parse {
    const struct call *call;
    struct command cmd;
};

static void add_word(const char **list, size_t *n, const char *word, struct argp_state *state)
{
    if (*n == COMMAND_MAX_WORDS)
        argp_error(state, "more than %d of one option", COMMAND_MAX_WORDS);
    list[(*n)++] = word;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
    struct parse *parse = state->input;
    struct command *cmd = &parse->cmd;

    switch (key) {
    case 'p':
        add_word(cmd->param, &cmd->n_params, arg, state);
        return 0;
    case 'i':
        add_word(cmd->input, &cmd->n_inputs, arg, state);
        return 0;
    case 'o':
        cmd->out = strcmp(arg, "-") == 0 ? NULL : arg;
        return 0;
    case 't':
        cmd->threads = args_count(state, "threads", arg);
        if (cmd->threads > 1024)
            argp_error(state, "--threads: at most 1024");
        return 0;
    case 'j':
        cmd->json = true;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* Positional words are the root parser's alone. */
static error_t parse_root(int key, char *arg, struct argp_state *state)
{
    struct parse *parse = state->input;

    if (key == ARGP_KEY_INIT) {
        if (parse->call->argp.children) {
            state->child_inputs[0] = &parse->cmd.source;
            state->child_inputs[1] = parse;
        }
        return 0;
    }
    if (key == ARGP_KEY_ARG) {
        if (!parse->call->wants_indicator || parse->cmd.name)
            argp_error(state, "'%s' is one word too many", arg);
        parse->cmd.name = arg;
        return 0;
    }
    if (key == ARGP_KEY_END && parse->call->wants_indicator && !parse->cmd.name)
        argp_error(state, "which indicator? `indicators list` names all");
    return parse_option(key, arg, state);
}

static const char *call_name(const void *unused, size_t i)
{
    return i < sizeof calls / sizeof *calls ? calls[i].name : NULL;
}

static void print_usage(FILE *out)
{
    fputs("Usage: indicators CALL [OPTION...]\n\n"
          "  list [--json]             every indicator\n"
          "  describe NAME [--json]    all about one\n"
          "  run NAME --data FILE      one run, CSV out\n"
          "  sweep NAME --data FILE    every combination of parameters, CSV or .npy out\n"
          "  stream NAME --data FILE   as run, bar by bar\n\n"
          "`indicators CALL --help` says more.\n"
          "Exit status: 0; 1 the output cannot be written; 2 bad use; 3 the data cannot be used.\n",
          out);
}

static int unknown_call(const char *name)
{
    char hint[128];

    nearest_hint(hint, sizeof hint, name, call_name, NULL);
    fprintf(stderr, "%s: unknown call '%s'%s\n", program_invocation_short_name, name, hint);
    print_usage(stderr);
    return DRIVER_BAD_USE;
}

int main(int argc, char **argv)
{
    struct parse parse = {.cmd = {.source.seed = 1, .threads = 1}};
    char name[64];

    if (argc < 2) {
        print_usage(stderr);
        return DRIVER_BAD_USE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
        print_usage(stdout);
        return DRIVER_OK;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("indicators " NOCOPY_VERSION);
        return DRIVER_OK;
    }
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        if (strcmp(argv[1], calls[i].name) == 0)
            parse.call = &calls[i];
    if (!parse.call)
        return unknown_call(argv[1]);

    struct argp root = parse.call->argp;

    root.parser = parse_root;
    snprintf(name, sizeof name, "%s %s", program_invocation_short_name, parse.call->name);
    argv[1] = name;
    args_parse(&root, argc - 1, argv + 1, &parse);
    return parse.call->run(&parse.cmd);
}
