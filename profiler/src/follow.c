/* SPDX-License-Identifier: Apache-2.0 */
#include "follow.h"

#include <stdbool.h>
#include <string.h>

#include "arena.h"
#include "guard.h"
#include "lane.h"
#include "sys.h"
#include "target.h"

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

static bool is_us(const char *item, size_t len)
{
    return memmem(item, len, "libnocopy", strlen("libnocopy")) != NULL;
}

/* The value of LD_PRELOAD without us. */
static void leave_out(char *ret, const char *preload)
{
    static const char name[] = "LD_PRELOAD=";

    memcpy(ret, name, sizeof name);
    ret += sizeof name - 1;
    for (const char *p = preload + sizeof name - 1; *p != '\0';) {
        const size_t len = strcspn(p, ": ");

        if (!is_us(p, len)) {
            memcpy(ret, p, len + 1);
            ret += len;
            if (p[len] != '\0')
                ret++;
        }
        p += len + (p[len] != '\0');
    }
    *ret = '\0';
}

/* Room for n pointers and, behind them, `bytes` bytes. */
static char **make_room(struct lane *lane, size_t n, size_t bytes)
{
    const size_t need = n + bytes / sizeof(char *) + 1;

    if (lane->environment_room < need) {
        char **room = arena_alloc((need + 64) * sizeof *room);

        if (room == NULL)
            return NULL;
        arena_free(lane->environment, lane->environment_room * sizeof *room);
        lane->environment = room;
        lane->environment_room = need + 64;
    }
    return lane->environment;
}

char *const *follow_environment(const char *file, char *const *environment)
{
    struct lane *lane = shim_self.lane;
    const char *preload = NULL;
    bool told = false;
    size_t n = 0, at = 0;

    if (environment == NULL || lane == NULL)
        return environment;
    for (; environment[n] != NULL; n++) {
        told |= starts(environment[n], "NOCOPY_RUN=");
        if (starts(environment[n], "LD_PRELOAD=") && strstr(environment[n], "libnocopy") != NULL) {
            preload = environment[n];
            at = n;
        }
    }
    if (preload == NULL)
        return environment;
    const bool hurts = target_is_sanitized(file);

    if (told && !hurts)
        return environment;
    char **copy = make_room(lane, n + 2, hurts ? strlen(preload) + 1 : 0);

    if (copy == NULL)
        return environment;
    memcpy(copy, environment, n * sizeof *environment);
    copy[n] = told ? NULL : run;
    copy[n + 1] = NULL;
    if (hurts) {
        copy[at] = (char *)(copy + n + 2);
        leave_out(copy[at], preload);
    }
    return copy;
}
