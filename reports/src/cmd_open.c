/* SPDX-License-Identifier: Apache-2.0 */
/* open: a report in the browser, made first when a profile is named. */
#include "command.h"
#include "output.h"
#include "process.h"
#include "side.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct args {
    const char *store, *name;
    int n;
};

enum { OPT_STORE = 0x300 };
static const struct argp_option options[] = {
    {"store", OPT_STORE, "ADDRESS", 0, "History to look a commit up in (.nocopy/history.db)"}, {0}};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct args *args = state->input;

    switch (key) {
    case OPT_STORE:
        args->store = arg;
        return 0;
    case ARGP_KEY_ARG:
        args->name = arg;
        args->n++;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {
    options, parse, "FILE",
    "Show a report in the browser ($BROWSER, else the desktop's). FILE is an HTML report; or a "
    "profile, a saved JSON report or a commit in the history, of which FILE.html is made first. "
    "Exit "
    "status: 0; 2 bad use; 3 it cannot be read, or there is no browser."};

static bool is_html(const char *name)
{
    const char *dot = strrchr(name, '.');

    return dot && (strcmp(dot, ".html") == 0 || strcmp(dot, ".htm") == 0) &&
           access(name, R_OK) == 0;
}

/* Make the page beside what it is made of. */
static int make_page(const struct args *args, char **ret)
{
    struct output output = {.renderer = renderer_by_name("html")};
    struct report report;
    int r;

    if (!output.renderer)
        return complain(EXIT_UNREADABLE, "this nocopy was built without the format html");
    r = side_load(&report, args->name, args->store, NULL);
    if (r)
        return r;
    *ret = format_string("%s.html", args->name);
    if (access(args->name, F_OK) < 0) /* a commit's name may hold slashes */
        for (char *p = *ret; *p; p++)
            *p = *p == '/' ? '-' : *p;
    output.file = *ret;
    output.render.input = args->name;
    r = output_report(&output, &report);
    report_done(&report);
    return r;
}

static int show(const char *page)
{
    static const char *const openers[] = {"xdg-open", "sensible-browser", "x-www-browser",
                                          "open",     "firefox",          "chromium"};
    const char *own = getenv("BROWSER");
    char *file = realpath(page, NULL), *found = NULL;
    int status = 1;

    if (own && own[0])
        process_find(own, NULL, &found);
    for (size_t i = 0; !found && i < sizeof openers / sizeof *openers; i++)
        process_find(openers[i], NULL, &found);
    if (found) {
        char *const argv[] = {found, file, NULL};

        status = process_run(&(struct process_plan){.argv = argv}).status;
    }
    if (!found)
        complain(0, "no browser is found; set BROWSER, or open %s in one", page);
    else if (status)
        complain(0, "%s failed; open %s in a browser", found, page);
    free(found);
    free(file);
    return status ? EXIT_UNREADABLE : EXIT_HOLDS;
}

static int open_main(int argc, char **argv)
{
    struct args args = {0};
    char *page = NULL;
    int r = 0;

    parse_arguments("open", &argp, EXIT_USE, 0, argc, argv, &args);
    if (args.n != 1)
        return complain_use("open", "one report is opened; nocopy open FILE");
    if (is_html(args.name))
        page = format_string("%s", args.name);
    else
        r = make_page(&args, &page);
    if (r == 0)
        r = show(page);
    free(page);
    return r;
}

COMMAND(open) = {
    .name = "open",
    .arguments = "FILE",
    .summary = "show a report in the browser",
    .main = open_main,
};
