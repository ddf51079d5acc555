/* SPDX-License-Identifier: Apache-2.0 */
/* The typed entries. This file is built without sibling calls: an entry must stay on the stack
 * while its indicator runs, for a profile finds a call's scope by it. */
#include "registry.h"
#include <string.h>

#define INDEX(name) INDEX_##name,
enum { IND_LIST(INDEX) };

#define DEFINE(name)                                                                               \
    __attribute__((noinline)) int ind_##name(const struct ind_job *job)                            \
    {                                                                                              \
        return ind_single(ind_at(INDEX_##name), job);                                              \
    }                                                                                              \
    __attribute__((noinline)) int ind_##name##_batch(const struct ind_job *job)                    \
    {                                                                                              \
        return ind_batch(ind_at(INDEX_##name), job);                                               \
    }                                                                                              \
    __attribute__((noinline)) int ind_##name##_new(const struct ind_job *job,                      \
                                                   struct ind_result *ret)                         \
    {                                                                                              \
        return ind_new(ind_at(INDEX_##name), job, ret);                                            \
    }                                                                                              \
    __attribute__((noinline)) int ind_##name##_batch_new(const struct ind_job *job,                \
                                                         struct ind_result *ret)                   \
    {                                                                                              \
        return ind_batch_new(ind_at(INDEX_##name), job, ret);                                      \
    }                                                                                              \
    __attribute__((noinline)) int ind_##name##_stream(const double *params, void *stream,          \
                                                      size_t size)                                 \
    {                                                                                              \
        return ind_stream_init(ind_at(INDEX_##name), params, stream, size);                        \
    }
IND_LIST(DEFINE)

#define ROW(name)                                                                                  \
    {ind_##name, ind_##name##_batch, ind_##name##_new, ind_##name##_batch_new, ind_##name##_stream},
static const struct ind_entries entries[] = {IND_LIST(ROW)};

const struct ind_entries *ind_entries(const struct ind_indicator *ind)
{
    for (size_t i = 0; i < ind_count(); i++)
        if (strcmp(ind_at(i)->name, ind->name) == 0)
            return &entries[i];
    return NULL;
}
