/* SPDX-License-Identifier: Apache-2.0 */
#include "launch.h"
#include "command.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <errno.h>
#include <pcre2.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    OPT_COPIES = 0x100,
    OPT_CONTENT,
    OPT_UNTOUCHED,
    OPT_DEPTH,
    OPT_UNWIND,
    OPT_SAMPLE,
    OPT_SCOPE,
    OPT_MIN_BLOCK,
    OPT_FOLLOW,
    OPT_PAUSED,
    OPT_TOGGLE
};

static const struct argp_option recording_options[] = {
    {0, 0, 0, 0, "Recording:", 20},
    {"copies", OPT_COPIES, "on|off", 0, "Record memcpy and its kin (on)", 20},
    {"content", OPT_CONTENT, "on|full|off", 0,
     "Compare what blocks hold, to prove copies needless; 'full' without a time budget (on)", 20},
    {"untouched", OPT_UNTOUCHED, "on|exact|off", 0,
     "Look for bytes that were never written; 'exact' to the byte rather than the page (on)", 20},
    {"depth", OPT_DEPTH, "N", 0, "Frames of a stack to keep (64)", 20},
    {"unwind", OPT_UNWIND, "auto|fp|libunwind|none", 0, "How stacks are walked (auto)", 20},
    {"sample", OPT_SAMPLE, "BYTES", 0,
     "Record one event in about BYTES allocated, and estimate totals; 0: every event (0)", 20},
    {"scope", OPT_SCOPE, "REGEX", 0,
     "Functions whose calls are scopes (PCRE2, repeatable): group 1 or (?<name>...) names the "
     "indicator, (?<mode>...) is 'batch' where it matches",
     20},
    {"min-block", OPT_MIN_BLOCK, "BYTES", 0, "Smallest block whose content is looked at (1024)",
     20},
    {"follow", OPT_FOLLOW, "on|off", 0, "Record children too (on)", 20},
    {"start-paused", OPT_PAUSED, 0, 0,
     "Record nothing until the program says so (mark.h) or the toggle signal comes", 20},
    {"toggle-signal", OPT_TOGGLE, "SIGNAL", 0,
     "A signal, by name or number, that stops and starts recording", 20},
    {0}};

/* One option, its variable, and the values it takes ("" : a number). */
static const struct {
    int key;
    const char *name, *variable;
    const char *values[5];
} settings[] = {
    {OPT_COPIES, "copies", "NOCOPY_COPIES", {"on", "off"}},
    {OPT_CONTENT, "content", "NOCOPY_CONTENT", {"on", "full", "off"}},
    {OPT_UNTOUCHED, "untouched", "NOCOPY_UNTOUCHED", {"on", "exact", "off"}},
    {OPT_DEPTH, "depth", "NOCOPY_DEPTH", {NULL}},
    {OPT_UNWIND, "unwind", "NOCOPY_UNWIND", {"auto", "fp", "libunwind", "none"}},
    {OPT_SAMPLE, "sample", "NOCOPY_SAMPLE", {NULL}},
    {OPT_MIN_BLOCK, "min-block", "NOCOPY_MIN_BLOCK", {NULL}},
    {OPT_FOLLOW, "follow", "NOCOPY_FOLLOW", {"on", "off"}},
};

static bool is_number(const char *text)
{
    return text[0] && strlen(text) < 19 && strspn(text, "0123456789") == strlen(text);
}

static bool value_fits(size_t i, const char *value)
{
    if (!settings[i].values[0])
        return is_number(value);
    for (const char *const *v = settings[i].values; *v; v++)
        if (strcmp(*v, value) == 0)
            return true;
    return false;
}

static void set(struct recording *recording, size_t i, const char *value)
{
    if (!value_fits(i, value)) {
        char list[64] = "a whole number";

        if (settings[i].values[0])
            list[0] = 0;
        for (const char *const *v = settings[i].values; *v; v++) {
            strcat(list, v == settings[i].values ? "" : v[1] ? ", " : " or ");
            strcat(list, *v);
        }
        exit(complain(argp_err_exit_status, "--%s takes %s, not '%s'", settings[i].name, list,
                      value));
    }
    strings_setenv(&recording->variables, settings[i].variable, value);
}

/* The shim could only fall silent over a bad pattern: tell here. */
static void check_pattern(const char *pattern)
{
    int code;
    PCRE2_SIZE at;
    pcre2_code *re = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, 0, &code, &at, NULL);
    PCRE2_UCHAR words[160];

    if (!re) {
        pcre2_get_error_message(code, words, sizeof words);
        exit(complain(argp_err_exit_status, "--scope '%s' is no pattern: %s (after '%.*s')",
                      pattern, (const char *)words, (int)at, pattern));
    }
    pcre2_code_free(re);
    if (strchr(pattern, '\n'))
        exit(complain(argp_err_exit_status,
                      "a --scope pattern is one line; give --scope again for another"));
}

/* "USR1", "SIGUSR1" or "10". */
static void set_toggle(struct recording *recording, const char *arg)
{
    const char *name = strncasecmp(arg, "SIG", 3) == 0 ? arg + 3 : arg;
    int number = is_number(arg) ? atoi(arg) : 0;
    char text[16];

    for (int s = 1; number == 0 && s < NSIG; s++)
        if (sigabbrev_np(s) && strcasecmp(sigabbrev_np(s), name) == 0)
            number = s;
    if (number <= 0 || number > SIGRTMAX || number == SIGKILL || number == SIGSTOP)
        exit(complain(argp_err_exit_status,
                      "--toggle-signal takes a signal that can be caught, such as USR2, not '%s'",
                      arg));
    snprintf(text, sizeof text, "%d", number);
    strings_setenv(&recording->variables, "NOCOPY_TOGGLE_SIGNAL", text);
}

static error_t parse_recording(int key, char *arg, struct argp_state *state)
{
    struct recording *recording = state->input;

    if (key == OPT_SCOPE) {
        check_pattern(arg);
        strings_add(&recording->scopes, arg);
        return 0;
    }
    if (key == OPT_PAUSED) {
        strings_setenv(&recording->variables, "NOCOPY_PAUSED", "on");
        return 0;
    }
    if (key == OPT_TOGGLE) {
        set_toggle(recording, arg);
        return 0;
    }
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
        if (settings[i].key == key) {
            set(recording, i, arg);
            return 0;
        }
    return ARGP_ERR_UNKNOWN;
}

const struct argp recording_argp = {.options = recording_options, .parser = parse_recording};

void recording_done(struct recording *recording)
{
    strings_done(&recording->variables);
    strings_done(&recording->scopes);
}

int launch_find_shim(char **ret)
{
    /* Build tree; then where meson installs it, seen from where meson installs us. */
    static const char *const places[] = {"../profiler/libnocopy.so",
                                         NOCOPY_SHIM_FROM_BIN "/libnocopy.so",
                                         "../lib/nocopy/libnocopy.so"};
    const char *own = process_own_folder();

    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        char *file = places[i][0] == '/' ? format_string("%s", places[i])
                                         : format_string("%s/%s", own, places[i]);
        char *clean = realpath(file, NULL);

        free(file);
        if (clean && access(clean, R_OK) == 0) {
            *ret = clean;
            return 0;
        }
        free(clean);
    }
    *ret = format_string("%s/%s and %s/%s", own, places[0], own, places[1]);
    return -ENOENT;
}

/* A template that means the same from any folder. A per cent sign in our own folder's name is no
 * directive. */
static char *absolute_template(const char *output)
{
    char *here, *quoted, *q, *all;

    if (output[0] == '/')
        return format_string("%s", output);
    here = getcwd(NULL, 0);
    if (!here)
        return format_string("%s", output);
    q = quoted = malloc(2 * strlen(here) + 1);
    if (!quoted)
        exit(complain(EXIT_NOT_STARTED, "out of memory"));
    for (const char *p = here; *p; p++) {
        if (*p == '%')
            *q++ = '%';
        *q++ = *p;
    }
    *q = 0;
    all = format_string("%s/%s", strcmp(here, "/") == 0 ? "" : quoted, output);
    free(here);
    free(quoted);
    return all;
}

/* --scope patterns, one a line; null when there are none. */
static char *scope_lines(const struct recording *recording)
{
    char *lines = NULL;

    for (size_t i = 0; i < recording->scopes.len; i++) {
        char *more =
            format_string("%s%s%s", lines ? lines : "", lines ? "\n" : "", recording->scopes.at[i]);
        free(lines);
        lines = more;
    }
    return lines;
}

static void add_settings(struct strings *env, const struct recording *recording)
{
    char *lines = scope_lines(recording);

    for (size_t i = 0; i < recording->variables.len; i++) {
        const char *pair = recording->variables.at[i];
        char *name = strndup(pair, strcspn(pair, "="));

        if (name)
            strings_setenv(env, name, strchr(pair, '=') + 1);
        free(name);
    }
    if (lines)
        strings_setenv(env, "NOCOPY_SCOPE", lines);
    free(lines);
}

void recording_export(const struct recording *recording)
{
    struct strings env = {0};

    add_settings(&env, recording);
    for (size_t i = 0; i < env.len; i++) {
        char *equals = strchr(env.at[i], '=');

        *equals = 0;
        setenv(env.at[i], equals + 1, 1);
    }
    strings_done(&env);
}

void launch_prepare(struct strings *env, const char *shim, const struct recording *recording,
                    const char *output)
{
    const char *others = getenv("LD_PRELOAD");
    /* nocopy under nocopy: the shim is there already, and this is a run of its own. */
    const bool there = others && strncmp(others, shim, strlen(shim)) == 0;
    char *preload = others && others[0] && !there ? format_string("%s:%s", shim, others)
                                                  : format_string("%s", there ? others : shim);
    char *file = absolute_template(output);

    strings_setenv(env, "LD_PRELOAD", preload);
    strings_setenv(env, "NOCOPY_OUTPUT", file);
    strings_setenv(env, "NOCOPY_RUN", NULL); /* the shim's own note to a run's later processes */
    if (recording)
        add_settings(env, recording);
    free(preload);
    free(file);
}

uint64_t launch_now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}
