/* SPDX-License-Identifier: Apache-2.0 */
#include "budget.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char *const metric_names[BUDGET_METRICS] = {
    [BUDGET_ALLOCATIONS] = "allocations",
    [BUDGET_ALLOCATED] = "allocated",
    [BUDGET_PEAK] = "peak",
    [BUDGET_COPIES] = "copies",
    [BUDGET_COPIED] = "copied",
    [BUDGET_NEEDLESS] = "needless",
    [BUDGET_UNTOUCHED] = "untouched",
    [BUDGET_LEAKED] = "leaked",
    [BUDGET_RETAINED] = "retained",
    [BUDGET_METADATA] = "metadata",
};

const char *budget_metric_name(enum budget_metric metric) { return metric_names[metric]; }

/* What is known of which target. */
static bool has_metric(enum budget_target target, enum budget_metric metric)
{
    switch (metric) {
    case BUDGET_RETAINED:
    case BUDGET_METADATA:
        return target == BUDGET_SCOPE;
    default:
        return true;
    }
}

struct budget budget_default(void) { return (struct budget){.verdict_worse = true}; }

bool budget_parse_size(const char *text, uint64_t *ret)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    char *end;
    double x;

    if (!isdigit((unsigned char)text[0]))
        return false;
    if (strspn(text, "0123456789") == strlen(text)) { /* exact up to 2^64 - 1 */
        errno = 0;
        *ret = strtoull(text, NULL, 10);
        return errno == 0;
    }
    x = strtod(text, &end);
    end += strspn(end, " \t");
    for (size_t u = 0; u < sizeof units / sizeof *units; u++, x *= 1024)
        if (strcmp(end, units[u]) == 0 && x < 1e18) {
            *ret = (uint64_t)x;
            return true;
        }
    return false;
}

/* State of reading one file. */
struct reading {
    struct budget budget;
    const char *path;
    int line;
    char section[16];
    char *pattern;
    int mode;
    size_t section_first_limit; /* a `mode` line holds for the whole section */
    char *err;
    size_t err_size;
};

__attribute__((format(printf, 2, 3))) static int wrong(struct reading *in, const char *format, ...)
{
    char words[256];
    va_list args;

    va_start(args, format);
    vsnprintf(words, sizeof words, format, args);
    va_end(args);
    snprintf(in->err, in->err_size, "%s:%d: %s", in->path, in->line, words);
    return -EINVAL;
}

static char *trim(char *text)
{
    char *end = text + strlen(text);

    while (end > text && isspace((unsigned char)end[-1]))
        *--end = 0;
    return text + strspn(text, " \t");
}

static int parse_switch(struct reading *in, const char *key, const char *value, bool *ret)
{
    if (strcmp(value, "on") == 0 || strcmp(value, "off") == 0) {
        *ret = value[1] == 'n';
        return 0;
    }
    return wrong(in, "%s takes on or off, not '%s'", key, value);
}

static int parse_needless(struct reading *in, const char *value)
{
    if (budget_parse_size(value, &in->budget.needless_slack)) {
        in->budget.needless_growth = true;
        return 0;
    }
    in->budget.needless_slack = 0;
    if (strcmp(value, "on") != 0 && strcmp(value, "off") != 0)
        return wrong(in, "needless-growth takes on, off or a size such as 4 KiB, not '%s'", value);
    return parse_switch(in, "needless-growth", value, &in->budget.needless_growth);
}

/* "5 % 4 KiB": both must be passed to violate. */
static int parse_batch1(struct reading *in, char *value)
{
    char *end;
    double percent;
    uint64_t bytes;

    if (strcmp(value, "off") == 0) {
        in->budget.batch1_growth = false;
        return 0;
    }
    percent = strtod(value, &end);
    end += strspn(end, " \t");
    if (end == value || *end != '%' || !(percent >= 0) || percent > 1e6)
        return wrong(in,
                     "batch1-growth takes off, or a share and a size such as 5 %% 4 KiB, not "
                     "'%s'",
                     value);
    end = trim(end + 1);
    if (!*end)
        bytes = 0;
    else if (!budget_parse_size(end, &bytes))
        return wrong(in, "after the share batch1-growth takes a size such as 4 KiB, not '%s'", end);
    in->budget.batch1_growth = true;
    in->budget.batch1_percent = percent;
    in->budget.batch1_bytes = bytes;
    return 0;
}

static int check_line(struct reading *in, const char *key, char *value)
{
    if (strcmp(key, "verdict-worse") == 0)
        return parse_switch(in, key, value, &in->budget.verdict_worse);
    if (strcmp(key, "needless-growth") == 0)
        return parse_needless(in, value);
    if (strcmp(key, "batch1-growth") == 0)
        return parse_batch1(in, value);
    return wrong(in,
                 "there is no rule '%s'; there are verdict-worse, needless-growth and "
                 "batch1-growth",
                 key);
}

static enum budget_target target_of(const struct reading *in)
{
    return in->section[0] == 't'   ? BUDGET_TOTAL
           : in->section[0] == 's' ? BUDGET_SCOPE
                                   : BUDGET_FUNCTION;
}

static int mode_line(struct reading *in, const char *value)
{
    static const char *const names[] = {"single", "batch", "stream"};

    if (target_of(in) != BUDGET_SCOPE)
        return wrong(in, "only a [scope ...] has a mode");
    for (int m = 0; m < 3; m++)
        if (strcmp(value, names[m]) == 0) {
            in->mode = m;
            for (size_t i = in->section_first_limit; i < in->budget.n_limits; i++)
                in->budget.limits[i].mode = m;
            return 0;
        }
    return wrong(in, "mode takes single, batch or stream, not '%s'", value);
}

static void *grow(void *at, size_t n, size_t size)
{
    /* Room doubles at powers of two: no field for it is needed. */
    if ((n & (n - 1)) == 0) {
        at = realloc(at, (n ? n * 2 : 1) * size);
        if (!at)
            abort();
    }
    return at;
}

static int limit_line(struct reading *in, const char *key, const char *value)
{
    const enum budget_target target = target_of(in);
    uint64_t most;

    if (strcmp(key, "mode") == 0)
        return mode_line(in, value);
    for (int m = 0; m < BUDGET_METRICS; m++)
        if (strcmp(key, metric_names[m]) == 0) {
            if (!has_metric(target, (enum budget_metric)m))
                return wrong(in, "%s is known of a [scope ...] only", key);
            if (!budget_parse_size(value, &most))
                return wrong(in, "%s takes a number or a size such as 4096 or 10 MiB, not '%s'",
                             key, value);
            in->budget.limits =
                grow(in->budget.limits, in->budget.n_limits, sizeof *in->budget.limits);
            in->budget.limits[in->budget.n_limits++] =
                (struct budget_limit){.target = target,
                                      .pattern = format_string("%s", in->pattern),
                                      .mode = in->mode,
                                      .metric = (enum budget_metric)m,
                                      .most = most};
            return 0;
        }
    return wrong(in,
                 "nothing is called '%s' here; limits are allocations, allocated, peak, copies, "
                 "copied, needless, untouched, leaked, and of scopes retained and metadata",
                 key);
}

/* The first second after a day; -1 when it is no date. */
static int64_t end_of_day(const char *date)
{
    struct tm day = {0};
    const char *end = strptime(date, "%Y-%m-%d", &day);
    char again[16];
    time_t t;

    if (!end || *end || strlen(date) != 10)
        return -1;
    day.tm_mday++;
    t = timegm(&day);
    /* The 31st of April reads as the 1st of May: not what was meant. */
    t -= 86400;
    gmtime_r(&t, &day);
    strftime(again, sizeof again, "%Y-%m-%d", &day);
    return strcmp(again, date) == 0 ? (int64_t)t + 86400 : -1;
}

/* RULE PATTERN = DATE reason */
static int allow_line(struct reading *in, char *key, char *value)
{
    char *pattern = key + strcspn(key, " \t");
    char *reason = value + strcspn(value, " \t");
    struct budget_allowance *a;
    int64_t end;

    if (!*pattern)
        return wrong(in, "an allowance is RULE SCOPE = YYYY-MM-DD reason; the scope is missing");
    *pattern++ = 0;
    if (*reason)
        *reason++ = 0;
    end = end_of_day(value);
    if (end < 0)
        return wrong(in, "an allowance ends on a day, YYYY-MM-DD, not '%s'", value);
    reason = trim(reason);
    if (!*reason)
        return wrong(in, "say after the date why this is allowed");
    in->budget.allowances =
        grow(in->budget.allowances, in->budget.n_allowances, sizeof *in->budget.allowances);
    a = &in->budget.allowances[in->budget.n_allowances++];
    *a = (struct budget_allowance){.rule = format_string("%s", key),
                                   .pattern = format_string("%s", trim(pattern)),
                                   .until = format_string("%s", value),
                                   .reason = format_string("%s", reason),
                                   .end = end};
    return 0;
}

static int section_line(struct reading *in, char *line)
{
    char *end = strrchr(line, ']');
    char *name, *pattern;

    if (!end || *trim(end + 1))
        return wrong(in, "a section is [check], [total], [scope PATTERN], [function PATTERN] or "
                         "[allow]");
    *end = 0;
    name = trim(line + 1);
    pattern = name + strcspn(name, " \t");
    if (*pattern)
        *pattern++ = 0;
    pattern = trim(pattern);
    if (strcmp(name, "scope") == 0 || strcmp(name, "function") == 0) {
        if (!*pattern)
            return wrong(in, "[%s] needs a pattern, for example [%s sma*]", name, name);
    } else if (strcmp(name, "check") != 0 && strcmp(name, "total") != 0 &&
               strcmp(name, "allow") != 0)
        return wrong(in,
                     "there is no section [%s]; there are [check], [total], [scope PATTERN], "
                     "[function PATTERN] and [allow]",
                     name);
    else if (*pattern)
        return wrong(in, "[%s] takes no pattern", name);
    snprintf(in->section, sizeof in->section, "%s", name);
    free(in->pattern);
    in->pattern = format_string("%s", pattern);
    in->mode = -1;
    in->section_first_limit = in->budget.n_limits;
    return 0;
}

/* " # ..." to the end of the line. */
static void cut_comment(char *line)
{
    for (char *p = line; (p = strchr(p, '#')); p++)
        if (p > line && isspace((unsigned char)p[-1]) && isspace((unsigned char)p[1])) {
            *p = 0;
            return;
        }
}

static int one_line(struct reading *in, char *line)
{
    char *value;

    cut_comment(line);
    line = trim(line);
    if (!*line || *line == '#' || *line == ';')
        return 0;
    if (*line == '[')
        return section_line(in, line);
    if (!in->section[0])
        return wrong(in, "begin with a section such as [check]");
    value = strchr(line, '=');
    if (!value)
        return wrong(in, "expected NAME = VALUE, not '%s'", line);
    *value++ = 0;
    line = trim(line);
    value = trim(value);
    if (!*value)
        return wrong(in, "'%s' has no value", line);
    if (strcmp(in->section, "check") == 0)
        return check_line(in, line, value);
    return strcmp(in->section, "allow") == 0 ? allow_line(in, line, value)
                                             : limit_line(in, line, value);
}

int budget_read(struct budget *ret, const char *path, char *err, size_t err_size)
{
    struct reading in = {
        .budget = budget_default(), .path = path, .mode = -1, .err = err, .err_size = err_size};
    FILE *file = fopen(path, "re");
    char *line = NULL;
    size_t room = 0;
    int r = 0;
    ssize_t n;

    err[0] = 0;
    if (!file)
        return -errno;
    while (r == 0 && (n = getline(&line, &room, file)) >= 0) {
        in.line++;
        r = (size_t)n != strlen(line) ? wrong(&in, "a NUL byte: this is no text file")
                                      : one_line(&in, line);
    }
    if (r == 0 && ferror(file))
        r = errno ? -errno : -EIO;
    free(line);
    fclose(file);
    free(in.pattern);
    if (r < 0)
        budget_done(&in.budget);
    else
        *ret = in.budget;
    return r;
}

void budget_done(struct budget *budget)
{
    for (size_t i = 0; i < budget->n_limits; i++)
        free(budget->limits[i].pattern);
    for (size_t i = 0; i < budget->n_allowances; i++) {
        free(budget->allowances[i].rule);
        free(budget->allowances[i].pattern);
        free(budget->allowances[i].until);
        free(budget->allowances[i].reason);
    }
    free(budget->limits);
    free(budget->allowances);
    *budget = (struct budget){0};
}
