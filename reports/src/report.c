/* SPDX-License-Identifier: Apache-2.0 */
#include "report.h"

#include "pool.h"

#include <string.h>

void report_done(struct report *report)
{
    pool_free(report->pool);
    *report = (struct report){0};
}

void report_metrics_add(struct report_metrics *to, const struct report_metrics *from)
{
    to->allocations += from->allocations;
    to->allocated_bytes += from->allocated_bytes;
    to->frees += from->frees;
    to->freed_bytes += from->freed_bytes;
    to->leaked_blocks += from->leaked_blocks;
    to->leaked_bytes += from->leaked_bytes;
    to->peak_blocks += from->peak_blocks;
    to->peak_bytes += from->peak_bytes;
    to->temporary += from->temporary;
    to->copies += from->copies;
    to->copied_bytes += from->copied_bytes;
    to->needless_bytes += from->needless_bytes;
    to->untouched_bytes += from->untouched_bytes;
}

const char *report_status_name(enum report_status status)
{
    static const char *const names[STATUSES] = {
        [STATUS_OK] = "OK",
        [STATUS_MODERATE] = "MODERATE",
        [STATUS_HIGH] = "HIGH",
        [STATUS_NONE] = "NONE",
    };
    return names[status];
}

size_t report_findings_of_weight(const struct report *report)
{
    size_t ret = 0;

    for (size_t i = 0; i < report->n_findings; i++)
        ret += report->findings[i].severity != SEVERITY_LOW;
    return ret;
}

bool report_has_hints_only(const struct report *report)
{
    return report->n_findings > 0 && report_findings_of_weight(report) == 0;
}

const char *report_findings_title(const struct report *report)
{
    return report_has_hints_only(report) ? "Hints, nothing to fix first" : "What to fix first";
}

const char *report_severity_name(enum report_severity severity)
{
    static const char *const names[SEVERITIES] = {
        [SEVERITY_LOW] = "low",
        [SEVERITY_MODERATE] = "moderate",
        [SEVERITY_HIGH] = "high",
    };
    return names[severity];
}

const char *report_mode_name(enum report_mode mode)
{
    static const char *const names[MODES] = {
        [MODE_SINGLE] = "single",
        [MODE_BATCH] = "batch",
        [MODE_STREAM] = "stream",
    };
    return names[mode];
}

const char *report_phase_name(enum report_phase phase)
{
    static const char *const names[PHASES] = {
        [PHASE_NONE] = "none",   [PHASE_SINGLE] = "single", [PHASE_BATCH1] = "batch[1]",
        [PHASE_BATCH] = "batch", [PHASE_STREAM] = "stream",
    };
    return names[phase];
}

const char *report_role_name(enum report_role role)
{
    static const char *const names[ROLES] = {
        [ROLE_PROGRAM] = "program",     [ROLE_INDICATOR] = "indicator", [ROLE_LIBRARY] = "library",
        [ROLE_ALLOCATOR] = "allocator", [ROLE_COPIER] = "copier",
    };
    return names[role];
}

const char *report_buffer_role_name(enum report_buffer_role role)
{
    static const char *const names[BUFFER_ROLES] = {
        [BUFFER_INPUT] = "input",
        [BUFFER_SCRATCH] = "scratch",
        [BUFFER_OUTPUT] = "output",
        [BUFFER_LIBRARY] = "library",
    };
    return names[role];
}

const char *report_kind_words(const char *kind)
{
    static const char *const words[][2] = {
        {"copy-of-live", "copy of a block that stayed as it was"},
        {"copy-then-free", "source freed right after"},
        {"duplicate-content", "same bytes made twice"},
        {"growth", "moved while growing"},
        {"leak", "never freed"},
        {"metadata", "handed out beside the payload"},
        {"over-allocation", "never written"},
        {"per-row-temporary", "temporary for each combination"},
        {"retained-scratch", "scratch kept until the call returns"},
    };

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i][0], kind) == 0)
            return words[i][1];
    return kind;
}
