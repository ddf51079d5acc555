/* SPDX-License-Identifier: Apache-2.0 */
#include "unwind_memory.h"

#include "sealed.h"
#include "sys.h"

#define PAGE UINT64_C(4096)

/* Pages looked at one by one when a span grows; a frame larger than this starts a span of its own.
 */
#define REACH (UINT64_C(8) << 20)

/* rt_sigprocmask() reads the set before it looks at `how`, and no `how` is -1: EFAULT or EINVAL. */
bool memory_readable(uint64_t at)
{
    return !sealed &&
           sys_call6(SYS_rt_sigprocmask, -1, (long)(at & ~(PAGE - 1)), 0, 8, 0, 0) != -EFAULT;
}

static bool extend(struct span *span, uint64_t at)
{
    const uint64_t last = (at + 7) & ~(PAGE - 1);

    while (span->start > at) {
        if (!memory_readable(span->start - PAGE))
            return false;
        span->start -= PAGE;
    }
    while (span->end <= last) {
        if (!memory_readable(span->end))
            return false;
        span->end += PAGE;
    }
    return true;
}

static bool near(const struct span *span, uint64_t at)
{
    return span->end != 0 && at + REACH >= span->start && at < span->end + REACH;
}

bool spans_reach(struct spans *spans, uint64_t at)
{
    if (at < PAGE || at >> 47) /* neither the first page nor the kernel's half is a stack */
        return false;
    if (near(&spans->now, at) && extend(&spans->now, at))
        return true;
    for (unsigned i = 0; i < SPANS; i++) {
        struct span *other = &spans->others[i];

        if (near(other, at) && extend(other, at)) {
            const struct span was = spans->now;

            spans->now = *other;
            *other = was;
            return true;
        }
    }
    if (!memory_readable(at))
        return false;
    spans->others[spans->next++ % SPANS] = spans->now;
    spans->now = (struct span){at & ~(PAGE - 1), (at & ~(PAGE - 1)) + PAGE};
    return extend(&spans->now, at);
}
