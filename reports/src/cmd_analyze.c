/* SPDX-License-Identifier: Apache-2.0 */
/* analyze: the memory-efficiency driver under the shim, its verdicts, and what causes those that
 * are not OK, line by line. */
#include "analyze_print.h"
#include "command.h"
#include "drivers_find.h"
#include "launch.h"
#include "measure.h"
#include "output.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct args {
    struct output output;
    struct recording recording;
    bool bench, full;
    char **words; /* after "--" */
};

enum { OPT_BENCH = 0x300 };
static const struct argp_option options[] = {{"bench", OPT_BENCH, "quick|full", OPTION_ARG_OPTIONAL,
                                              "Print the speed tables too: of few bars, rows and "
                                              "samples, which shows what is far off (quick), "
                                              "or as the benchmark drivers do, for minutes (full). "
                                              "Of the indicators that the words after '--' choose"},
                                             {0}};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct args *args = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &args->output;
        state->child_inputs[1] = &args->recording;
        return 0;
    case OPT_BENCH:
        if (arg && strcmp(arg, "full") != 0 && strcmp(arg, "quick") != 0)
            argp_error(state, "--bench takes quick or full, not '%s'", arg);
        args->bench = true;
        args->full = arg && arg[0] == 'f';
        return 0;
    case ARGP_KEY_ARG:
        exit(
            complain_use("analyze", "the driver and its arguments come after '--', not '%s'", arg));
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {{&output_argp}, {&recording_argp}, {0}};
static const struct argp argp = {
    options, parse, "[-- [DRIVER] [ARG...]]",
    "Run the memory-efficiency driver under the profiler, print its table, the verdicts, and the "
    "cause of each that is not OK. With -o FILE the full report is written too. Words after '--' "
    "go "
    "to the driver; when the first is no option it is another driver. Exit status: 0 all OK; 1 an "
    "indicator is not; 2 bad use; 3 the driver does not run.",
    children};

/* The driver's argv: the usual one with what the user adds, or the user's own. Returns 0, or
 * EXIT_UNREADABLE with a message printed. */
static int driver_of(const struct args *args, struct strings *ret)
{
    char **word = args->words;

    if (word && word[0] && word[0][0] != '-')
        strings_add(ret, *word++);
    else {
        char *usual = driver_find("memory_efficiency");

        if (!usual)
            return complain(EXIT_UNREADABLE,
                            "cannot find the driver memory_efficiency beside %s; "
                            "build it (ninja -C build), or name another after '--'",
                            process_own_path());
        strings_add(ret, usual);
        free(usual);
    }
    for (; word && *word; word++)
        strings_add(ret, *word);
    return 0;
}

/* What of the words for the driver chooses indicators: the speed tables are to show the same. */
static void add_chosen(struct strings *argv, char **word)
{
    for (; word && *word; word++) {
        const bool apart = strcmp(*word, "-i") == 0 || strcmp(*word, "--indicator") == 0;

        if (apart && word[1]) {
            strings_add(argv, *word++);
            strings_add(argv, *word);
        } else if (strncmp(*word, "-i", 2) == 0 || strncmp(*word, "--indicator=", 12) == 0) {
            strings_add(argv, *word);
        }
    }
}

static int run_benchmark(const char *name, bool full, char **words)
{
    char *file = driver_find(name);
    struct strings argv = full ? strings_of(file, NULL)
                               : strings_of(file, "--bars=2000", "--combos=8", "--samples=3", NULL);
    int r = 0;

    if (!file) {
        r = complain(EXIT_UNREADABLE, "cannot find the driver %s; build it (ninja -C build)", name);
    } else {
        add_chosen(&argv, words);
        puts("");
        fflush(stdout);
        if (process_run(&(struct process_plan){.argv = argv.at}).status != 0)
            r = process_interrupted() ? EXIT_UNREADABLE
                                      : complain(EXIT_UNREADABLE, "%s failed", name);
    }
    strings_done(&argv);
    free(file);
    return r;
}

/* Speed tables, without the shim. The drivers show how far they are on a terminal. */
static int run_bench(const struct args *args)
{
    static const char *const names[] = {"indicator_benchmark", "benchmark_simple"};
    char **words = args->words && args->words[0] && args->words[0][0] == '-' ? args->words : NULL;
    int status = 0;

    for (size_t i = 0; i < sizeof names / sizeof *names && !process_interrupted(); i++) {
        const int r = run_benchmark(names[i], args->full, words);

        status = r ? r : status;
    }
    if (!args->full && status == 0)
        complain(0, "these are quick figures, of 2,000 bars, 8 rows and 3 samples; --bench=full "
                    "measures as the drivers do");
    return status;
}

static int analyze(struct args *args, char *const *driver)
{
    struct report report;
    char *here = getcwd(NULL, 0);
    int r = measure_driver(&report, here ? here : ".", "this build", driver, &args->recording,
                           environ, STDOUT_FILENO);

    free(here);
    if (r)
        return r;
    r = analyze_print(&report, &args->output.render, stdout) ? EXIT_HOLDS : EXIT_VIOLATED;
    if (args->output.file) {
        const int written = output_report(&args->output, &report);

        if (written)
            r = written;
        else
            complain(0, "the report is %s", args->output.file);
    }
    report_done(&report);
    if (args->bench) {
        const int benched = run_bench(args);

        r = benched ? benched : r;
    }
    return r;
}

static int analyze_main(int argc, char **argv)
{
    struct args args = {0};
    struct strings driver = {0};
    int r;

    args.words = split_command(&argc, argv);
    parse_arguments("analyze", &argp, EXIT_USE, 0, argc, argv, &args);
    if (args.output.format && !args.output.file)
        return complain_use("analyze", "--format is of the report that -o FILE writes");
    r = output_settle(&args.output, false, "analyze");
    if (r == 0)
        r = driver_of(&args, &driver);
    if (r == 0) {
        args.output.render.color = output_color(args.output.color, STDOUT_FILENO);
        process_catch_interrupts();
        r = analyze(&args, driver.at);
    }
    strings_done(&driver);
    recording_done(&args.recording);
    if (process_interrupted())
        process_die(process_interrupted());
    return r;
}

COMMAND(analyze) = {
    .name = "analyze",
    .arguments = "[--bench] [-o FILE] [-- [DRIVER] [ARG...]]",
    .summary = "verdict and causes for every indicator, in one go",
    .main = analyze_main,
};
