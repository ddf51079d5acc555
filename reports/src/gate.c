/* SPDX-License-Identifier: Apache-2.0 */
#include "gate.h"
#include "budget.h"
#include "command.h"

#include <string.h>
#include <time.h>

int gate_budget(struct budget *ret, const char *file)
{
    char err[512] = "";
    int r = 0;

    *ret = budget_default();
    if (file)
        r = budget_read(ret, file, err, sizeof err);
    if (r < 0 && err[0])
        return complain(EXIT_USE, "%s", err);
    if (r < 0)
        return complain(EXIT_USE, "cannot read the budget file '%s': %s", file, strerror(-r));
    return 0;
}

int gate_diff(const struct diff *diff, const char *file, FILE *out)
{
    struct budget budget;
    struct budget_results results;
    int r = gate_budget(&budget, file);

    if (r)
        return r;
    budget_check(&budget, diff->head, diff, time(NULL), &results);
    for (size_t i = 0; i < results.len; i++)
        if (results.at[i].violated)
            fprintf(out, "violated: %s %s %s %s\n", results.at[i].rule, results.at[i].scope,
                    results.at[i].had, results.at[i].limit);
    r = results.violations ? EXIT_VIOLATED : EXIT_HOLDS;
    budget_results_done(&results);
    budget_done(&budget);
    return r;
}

int gate_reports(const struct report *base, const struct report *head, const char *budget,
                 FILE *out)
{
    struct diff diff;
    int r;

    if (diff_reports(&diff, base, head, NULL, NULL) < 0)
        return complain(EXIT_UNREADABLE, "out of memory");
    r = gate_diff(&diff, budget, out);
    diff_done(&diff);
    return r;
}
