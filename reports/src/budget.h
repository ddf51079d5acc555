/* SPDX-License-Identifier: Apache-2.0 */
/* The gate: which figures a report must keep to, alone and against a base. */
#ifndef NOCOPY_BUDGET_H
#define NOCOPY_BUDGET_H

#include "diff.h"
#include "process.h"
#include "report.h"

/* A figure that can be limited. */
enum budget_metric {
    BUDGET_ALLOCATIONS,
    BUDGET_ALLOCATED,
    BUDGET_PEAK,
    BUDGET_COPIES,
    BUDGET_COPIED,
    BUDGET_NEEDLESS,
    BUDGET_UNTOUCHED,
    BUDGET_LEAKED,
    BUDGET_RETAINED,
    BUDGET_METADATA,
    BUDGET_METRICS
};

enum budget_target { BUDGET_TOTAL, BUDGET_SCOPE, BUDGET_FUNCTION };

struct budget_limit {
    enum budget_target target;
    char *pattern; /* as of glob(7); of scopes, functions */
    int mode;      /* enum report_mode, -1: any */
    enum budget_metric metric;
    uint64_t most;
};

struct budget_allowance {
    char *rule, *pattern, *until, *reason; /* until: YYYY-MM-DD, that day included */
    int64_t end;                           /* first second after it, since 1970 */
};

struct budget {
    bool verdict_worse;   /* default: on */
    bool needless_growth; /* of one scope, by more than needless_slack bytes */
    uint64_t needless_slack;
    bool batch1_growth; /* by more than batch1_percent and by more than batch1_bytes */
    double batch1_percent;
    uint64_t batch1_bytes;
    struct budget_limit *limits;
    struct budget_allowance *allowances;
    size_t n_limits, n_allowances;
};

/* The rules that hold without a budget file. */
struct budget budget_default(void);

/* Read a budget file (INI; docs/command-line.md). Returns 0, -errno, or -EINVAL with "FILE:LINE:
 * what is wrong and what was expected" in `err`; *ret is untouched then. */
int budget_read(struct budget *ret, const char *path, char *err, size_t err_size);
void budget_done(struct budget *budget);

/* What came of one rule on one scope, function or the whole. Strings live as long as the reports.
 */
struct budget_result {
    const char *rule;
    char *scope, *had, *limit; /* owned; one word each */
    char *message;             /* owned; a sentence for people */
    struct report_site site;   /* function "" where none is known */
    bool violated;
    const struct budget_allowance *allowed; /* it would be violated, but for this */
};

struct budget_results {
    struct budget_result *at;
    size_t len, room;
    size_t violations;
};

/* Check `head`, and against `diff` (its head must be `head`) where it is not null. `now`: seconds
 * since 1970, against which allowances expire. */
void budget_check(const struct budget *budget, const struct report *head, const struct diff *diff,
                  int64_t now, struct budget_results *ret);
void budget_results_done(struct budget_results *results);

/* The results as a JUnit file, and the violations as SARIF 2.1.0. Return 0 or -errno. */
int budget_write_junit(const struct budget_results *results, FILE *out);
int budget_write_sarif(const struct budget_results *results, FILE *out);

/* "4096", "4 KiB", "1.5 MiB". Returns false when it is no size. */
bool budget_parse_size(const char *text, uint64_t *ret);

const char *budget_metric_name(enum budget_metric metric);

#endif
