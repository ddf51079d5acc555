/* SPDX-License-Identifier: Apache-2.0 */
#include "registry.h"
#include "isas.h"
#include <stdlib.h>
#include <string.h>

/* Declare every descriptor of every instruction set, then one table each. */
#define ENTRY_DECLARE(name, isa) extern const struct ind_indicator ind_indicator_##name##_##isa;
#define ENTRY(name, isa)         &ind_indicator_##name##_##isa,
#define TABLE(isa)                                                                                 \
    put_behind_fn put_behind_##isa;                                                                \
    IND_LIST_2(ENTRY_DECLARE, isa)                                                                 \
    static const struct ind_indicator *const table_##isa[] = {IND_LIST_2(ENTRY, isa)};
ISA_LIST(TABLE)

static const struct {
    struct isa isa;
    bool (*runs)(void);
} isas[] = {
#define ROW(name) {{#name, table_##name, put_behind_##name}, isa_runs_##name},
    ISA_LIST(ROW)
#undef ROW
};

enum {
    N_ISAS = sizeof isas / sizeof *isas,
    N_INDICATORS = sizeof table_scalar / sizeof *table_scalar
};

const struct isa *isa_at(size_t index)
{
    for (size_t i = 0; i < N_ISAS; i++)
        if (isas[i].runs() && index-- == 0)
            return &isas[i].isa;
    return NULL;
}

static const struct isa *choose(void)
{
    const char *wanted = getenv("NOCOPY_ISA");
    const struct isa *best = NULL;

    for (size_t i = 0; isa_at(i); i++) {
        best = isa_at(i);
        if (wanted && strcmp(wanted, best->name) == 0)
            break;
    }
    return best;
}

const struct isa *isa_chosen(void)
{
    static const struct isa *_Atomic chosen;
    const struct isa *isa = chosen;

    if (!isa)
        chosen = isa = choose(); /* threads that race choose the same */
    return isa;
}

const char *ind_isa(void) { return isa_chosen()->name; }

size_t ind_count(void) { return N_INDICATORS; }

const struct ind_indicator *ind_at(size_t index)
{
    return index < N_INDICATORS ? isa_chosen()->table[index] : NULL;
}

const struct ind_indicator *ind_find(const char *name)
{
    size_t low = 0, high = N_INDICATORS;

    while (low < high) {
        const size_t mid = low + (high - low) / 2;
        const struct ind_indicator *ind = ind_at(mid);
        const int order = strcmp(name, ind->name);
        if (order == 0)
            return ind;
        if (order < 0)
            high = mid;
        else
            low = mid + 1;
    }
    return NULL;
}
