/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor_checks.h"
#include "doctor_child.h"
#include "launch.h"
#include "reader.h"
#include "report.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void doctor_say(struct doctor *doctor, enum doctor_verdict verdict, const char *what,
                const char *format, ...)
{
    char detail[1024];
    va_list args;

    va_start(args, format);
    vsnprintf(detail, sizeof detail, format, args);
    va_end(args);
    doctor->tell(doctor, verdict, what, detail);
}

static const char function[] = "doctor_child_blocks";

static const struct report_function *known_function(const struct report *report)
{
    for (size_t i = 0; i < report->n_functions; i++)
        if (strcmp(report->functions[i].at.function, function) == 0)
            return &report->functions[i];
    return NULL;
}

/* Without symbols the blocks are still told by their size: the sum over the one stack that has it.
 */
static void check_counts(struct doctor *doctor, const struct profile *profile)
{
    uint64_t blocks = 0, bytes = 0, freed = 0, copies = 0, copied = 0;

    for (uint64_t i = 1; i < profile_count(profile, NC_COUNTS); i++) {
        const struct nc_counts *c = profile_entry(profile, NC_COUNTS, i);

        if (c->largest_bytes == DOCTOR_BLOCK) {
            blocks += c->allocations;
            bytes += c->allocated_bytes;
            freed += c->frees;
        }
        if (c->copies == DOCTOR_COPIES && c->copied_bytes == DOCTOR_COPIES * DOCTOR_COPY) {
            copies += c->copies;
            copied += c->copied_bytes;
        }
    }
    if (blocks == DOCTOR_BLOCKS && bytes == DOCTOR_BLOCKS * DOCTOR_BLOCK &&
        freed == DOCTOR_BLOCKS - 1)
        doctor_say(doctor, DOCTOR_WELL, "counts",
                   "%" PRIu64 " known blocks, %" PRIu64 " bytes, %" PRIu64 " freed: exact", blocks,
                   bytes, freed);
    else
        doctor_say(doctor, DOCTOR_BAD, "counts",
                   "%" PRIu64 " blocks, %" PRIu64 " bytes, %" PRIu64 " freed where %d, %d, %d were "
                   "known; is another malloc preloaded (LD_PRELOAD)?",
                   blocks, bytes, freed, DOCTOR_BLOCKS, DOCTOR_BLOCKS * DOCTOR_BLOCK,
                   DOCTOR_BLOCKS - 1);
    if (copies == DOCTOR_COPIES)
        doctor_say(doctor, DOCTOR_WELL, "copies",
                   "%" PRIu64 " known copies, %" PRIu64 " bytes: exact", copies, copied);
    else
        doctor_say(doctor, DOCTOR_BAD, "copies",
                   "the %d known copies were not seen; is NOCOPY_COPIES=off set?", DOCTOR_COPIES);
    if (!(profile->header.flags & NC_COMPLETE) || profile->header.lost_events)
        doctor_say(doctor, DOCTOR_BAD, "end of the run",
                   "the end was not seen or %" PRIu64 " events were lost",
                   profile->header.lost_events);
}

static void check_stacks(struct doctor *doctor, const struct report *report)
{
    const struct report_function *f = known_function(report);
    bool main_seen = false;

    if (f && f->at.line)
        doctor_say(doctor, DOCTOR_WELL, "debug info", "%s is %s:%u", function, f->at.file,
                   f->at.line);
    else if (f)
        doctor_say(doctor, DOCTOR_NOTE, "debug info",
                   "function names but no lines of nocopy itself; for lines of your program build "
                   "it with -g");
    else
        doctor_say(doctor, DOCTOR_NOTE, "debug info",
                   "nocopy itself is stripped; for names and lines of your program build it with "
                   "-g");
    for (size_t i = 0; i < report->n_frames; i++)
        main_seen = main_seen || strcmp(report->frames[i].function, "main") == 0;
    if (main_seen)
        doctor_say(doctor, DOCTOR_WELL, "stacks", "walked out to main, %" PRIu64 " backtraces",
                   report->run.unwound);
    else if (f)
        doctor_say(doctor, DOCTOR_BAD, "stacks", "no stack reaches main; try --unwind=libunwind");
    else
        doctor_say(doctor, DOCTOR_WELL, "stacks",
                   "%" PRIu64 " backtraces; how far they reach cannot be told without names",
                   report->run.unwound);
}

static void read_back(struct doctor *doctor, const char *path)
{
    struct profile profile;
    struct report report;
    char err[512] = "";
    int r = profile_open(&profile, path);

    if (r < 0) {
        doctor_say(doctor, DOCTOR_BAD, "profile", "cannot be read back: %s", strerror(-r));
        return;
    }
    if (profile.damage[0])
        doctor_say(doctor, DOCTOR_BAD, "profile", "%s", profile.damage);
    else
        doctor_say(doctor, DOCTOR_WELL, "profile", "format %u, %zu bytes, read back whole",
                   profile.header.version, profile.size);
    check_counts(doctor, &profile);
    profile_done(&profile);
    r = report_from_profiles(&report, (const char *const[]){path}, 1, NULL, err, sizeof err);
    if (r < 0)
        doctor_say(doctor, DOCTOR_BAD, "report", "%s", err[0] ? err : strerror(-r));
    else {
        check_stacks(doctor, &report);
        report_done(&report);
    }
}

void doctor_shim(struct doctor *doctor)
{
    char *shim = NULL, *scratch = temporary_name("doctor"), *output = NULL;
    struct strings argv = strings_of(process_own_path(), "doctor", "--child", NULL);
    struct strings env = strings_environment(), profiles = {0};
    const uint64_t since = launch_now_ns();
    struct process_end end;

    if (launch_find_shim(&shim) < 0)
        doctor_say(doctor, DOCTOR_BAD, "shim",
                   "not found: looked for %s; build it (ninja -C build) "
                   "or install nocopy again",
                   shim);
    else if (!mkdtemp(scratch))
        doctor_say(doctor, DOCTOR_BAD, "scratch folder", "cannot make '%s'; set TMPDIR", scratch);
    else {
        output = format_string("%s/child.prof", scratch);
        launch_prepare(&env, shim, NULL, output);
        end = process_run(&(struct process_plan){.argv = argv.at, .env = env.at});
        launch_profiles(output, end.pid, since, &profiles);
        if (end.status != 0)
            doctor_say(doctor, DOCTOR_BAD, "shim", "a child under it ended with %d", end.status);
        else if (profiles.len == 0)
            doctor_say(doctor, DOCTOR_BAD, "shim",
                       "%s was not loaded or wrote nothing; does the "
                       "loader forbid LD_PRELOAD here?",
                       shim);
        else {
            doctor_say(doctor, DOCTOR_WELL, "shim", "%s", shim);
            read_back(doctor, profiles.at[0]);
        }
        remove_tree(scratch);
    }
    free(shim);
    free(scratch);
    free(output);
    strings_done(&argv);
    strings_done(&env);
    strings_done(&profiles);
}
