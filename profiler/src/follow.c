/* SPDX-License-Identifier: Apache-2.0 */
#include "follow.h"

#include <stdbool.h>
#include <string.h>

#include "arena.h"
#include "guard.h"
#include "lane.h"
#include "sys.h"

static char run[64] = "NOCOPY_RUN=";

void follow_init(const char *given)
{
    char *end = run + strlen("NOCOPY_RUN=");
    const size_t len = given == NULL ? 0 : strlen(given);

    if (len != 0 && len < sizeof run - 16) {
        memcpy(end, given, len + 1);
        return;
    }
    char digits[12];
    size_t i = sizeof digits;

    digits[--i] = '\0';
    for (int pid = sys_getpid(); pid != 0; pid /= 10)
        digits[--i] = (char)('0' + pid % 10);
    memcpy(end, digits + i, sizeof digits - i);
}

static bool starts(const char *s, const char *with) { return strncmp(s, with, strlen(with)) == 0; }

char *const *follow_environment(char *const *environment)
{
    struct lane *lane = shim_self.lane;
    bool preloads = false;
    size_t n = 0;

    if (environment == NULL || lane == NULL)
        return environment;
    for (; environment[n] != NULL; n++) {
        if (starts(environment[n], "NOCOPY_RUN="))
            return environment;
        preloads |=
            starts(environment[n], "LD_PRELOAD=") && strstr(environment[n], "libnocopy") != NULL;
    }
    if (!preloads)
        return environment;
    if (lane->environment_room < n + 2) {
        char **room = arena_alloc((n + 64) * sizeof *room);

        if (room == NULL)
            return environment;
        arena_free(lane->environment, lane->environment_room * sizeof *room);
        lane->environment = room;
        lane->environment_room = n + 64;
    }
    memcpy(lane->environment, environment, n * sizeof *environment);
    lane->environment[n] = run;
    lane->environment[n + 1] = NULL;
    return lane->environment;
}
