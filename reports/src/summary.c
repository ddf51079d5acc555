/* SPDX-License-Identifier: Apache-2.0 */
#include "summary.h"
#include "command.h"
#include "launch.h"
#include "reader.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

char *summary_bytes(char *ret, size_t size, uint64_t bytes)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    double x = (double)bytes;
    size_t u = 0;

    /* From 999.5 on three digits would round to 1000. */
    while (x >= 999.5 && u + 1 < sizeof units / sizeof units[0]) {
        x /= 1024;
        u++;
    }
    if (u == 0)
        snprintf(ret, size, "%" PRIu64 " B", bytes);
    else
        snprintf(ret, size, "%.*f %s", x < 9.995 ? 2 : x < 99.95 ? 1 : 0, x, units[u]);
    return ret;
}

const char *summary_path(const char *path)
{
    char here[PATH_MAX];
    size_t n;

    if (!getcwd(here, sizeof here))
        return path;
    n = strlen(here);
    return strncmp(path, here, n) == 0 && path[n] == '/' && path[n + 1] ? path + n + 1 : path;
}

struct sums {
    uint64_t allocations, bytes, copies, copied_bytes, lost;
};

static void add_profile(struct sums *sums, const char *path)
{
    struct profile profile;

    if (profile_open(&profile, path) < 0)
        return;
    for (uint64_t i = 1; i < profile_count(&profile, NC_COUNTS); i++) {
        const struct nc_counts *c = profile_entry(&profile, NC_COUNTS, i);

        sums->allocations += c->allocations;
        sums->bytes += c->allocated_bytes;
        sums->copies += c->copies;
        sums->copied_bytes += c->copied_bytes;
    }
    sums->copies += profile.header.small_copies;
    sums->copied_bytes += profile.header.small_copied_bytes;
    sums->lost += profile.header.lost_events;
    profile_done(&profile);
}

static void print_names(const struct strings *profiles)
{
    enum { SHOWN = 8 }; /* a build starts thousands */

    fprintf(stderr, "nocopy: profiles of %zu further processes:", profiles->len - 1);
    for (size_t i = 1; i < profiles->len && i <= SHOWN; i++)
        fprintf(stderr, " %s", summary_path(profiles->at[i]));
    if (profiles->len - 1 > SHOWN)
        fprintf(stderr, " and %zu more", profiles->len - 1 - SHOWN);
    fputc('\n', stderr);
}

void summary_print(const char *output, pid_t root, uint64_t since_ns)
{
    struct strings profiles = {0};
    struct sums sums = {0};
    char bytes[32], copied[32];

    launch_profiles(output, root, since_ns, &profiles);
    for (size_t i = 0; i < profiles.len; i++)
        add_profile(&sums, profiles.at[i]);
    if (profiles.len == 0)
        complain(0,
                 "no profile was written; is the folder of '%s' writable, and is the program "
                 "dynamically linked? 'nocopy doctor' looks closer",
                 output);
    else {
        complain(0, "%s in %" PRIu64 " allocations, %s copied in %" PRIu64 " copies; profile %s",
                 summary_bytes(bytes, sizeof bytes, sums.bytes), sums.allocations,
                 summary_bytes(copied, sizeof copied, sums.copied_bytes), sums.copies,
                 summary_path(profiles.at[0]));
        if (profiles.len > 1)
            print_names(&profiles);
        if (sums.lost)
            complain(0, "%" PRIu64 " events could not be recorded: all figures are lower bounds",
                     sums.lost);
    }
    strings_done(&profiles);
}
