/* SPDX-License-Identifier: Apache-2.0 */
#include "specimen_run.h"
#include "print.h"

#include "specimen_marks.h" /* made by the build: specimen_marks[] */

#include <stdlib.h>
#include <string.h>

const struct specimen *specimen_find(const char *name)
{
    for (size_t i = 0; specimen_list[i]; i++)
        if (strcmp(specimen_list[i]->name, name) == 0)
            return specimen_list[i];
    return NULL;
}

unsigned specimen_line(const struct specimen *spec, const char *mark)
{
    for (size_t i = 0; i < sizeof specimen_marks / sizeof *specimen_marks; i++)
        if (strcmp(specimen_marks[i].file, spec->file) == 0 &&
            strcmp(specimen_marks[i].mark, mark) == 0)
            return specimen_marks[i].line;
    return 0;
}

void specimen_periods(size_t *ret, size_t combos)
{
    for (size_t c = 0; c < combos; c++)
        ret[c] = SPECIMEN_FIRST_PERIOD + c;
}

int specimen_input_init(struct spec_input *ret, const struct series *s)
{
    double *const *column = s->column;

    for (int i = SERIES_OPEN; i <= SERIES_VOLUME; i++)
        if (!column[i])
            return -1;
    struct spec_candle *candles = malloc(s->len * sizeof *candles);

    if (!candles)
        return -1;
    for (size_t t = 0; t < s->len; t++)
        candles[t] = (struct spec_candle){column[SERIES_OPEN][t], column[SERIES_HIGH][t],
                                          column[SERIES_LOW][t], column[SERIES_CLOSE][t],
                                          column[SERIES_VOLUME][t]};
    *ret = (struct spec_input){.open = column[SERIES_OPEN],
                               .high = column[SERIES_HIGH],
                               .low = column[SERIES_LOW],
                               .close = column[SERIES_CLOSE],
                               .volume = column[SERIES_VOLUME],
                               .candles = candles,
                               .len = s->len};
    return 0;
}

void specimen_input_done(struct spec_input *in)
{
    free((void *)in->candles);
    *in = (struct spec_input){0};
}

static int run_single(const struct spec_twin *twin, const char *scope, const struct spec_input *in,
                      struct nc_seen *ret)
{
    nc_scope_begin(scope, NC_SINGLE, 1);
    void *result = twin->single(in, SPECIMEN_FIRST_PERIOD);
    nc_scope_end(ret);

    if (result)
        twin->release(result);
    return result ? 0 : -1;
}

static int run_batch(const struct spec_twin *twin, const char *scope, const struct spec_input *in,
                     const size_t *period, size_t combos, struct nc_seen *ret)
{
    nc_scope_begin(scope, NC_BATCH, combos);
    void *result = twin->batch(in, period, combos);
    nc_scope_end(ret);

    if (result)
        twin->release(result);
    return result ? 0 : -1;
}

int specimen_run(const struct specimen *spec, bool clean, const struct spec_input *in,
                 size_t combos, unsigned calls, struct specimen_seen *ret)
{
    const struct spec_twin *twin = clean ? &spec->clean : &spec->wasteful;
    size_t period[SPECIMEN_MAX_COMBOS];
    char scope[64];
    int r = 0;

    *ret = (struct specimen_seen){0};
    snprintf(scope, sizeof scope, "%s%s", spec->name, clean ? "_clean" : "");
    specimen_periods(period, combos);
    if (calls & SPECIMEN_SINGLE)
        r |= run_single(twin, scope, in, &ret->single);
    if (calls & SPECIMEN_BATCH_ONE)
        r |= run_batch(twin, scope, in, period, 1, &ret->one);
    if (calls & SPECIMEN_BATCH)
        r |= run_batch(twin, scope, in, period, combos, &ret->batch);
    return r;
}

static void measure(const struct specimen *spec, bool clean, const struct spec_input *in,
                    size_t combos, struct efficiency *list, size_t *n)
{
    struct specimen_seen seen;

    if (specimen_run(spec, clean, in, combos, SPECIMEN_SINGLE | SPECIMEN_BATCH_ONE | SPECIMEN_BATCH,
                     &seen) < 0) {
        fprintf(stderr, "%s: left out: %s: out of memory\n", program_invocation_short_name,
                spec->name);
        return;
    }
    list[*n] = (struct efficiency){.single_bytes = seen.single.allocated_bytes,
                                   .payload_bytes = seen.single.retained_bytes,
                                   .batch1_bytes = seen.one.allocated_bytes,
                                   .batch_bytes = seen.batch.allocated_bytes,
                                   .batch_rows = combos};
    snprintf(list[*n].name, sizeof list[*n].name, "%s%s", spec->name, clean ? "_clean" : "");
    ++*n;
}

void specimen_measure_all(const struct driver_args *args, const struct series *s, size_t combos,
                          struct efficiency *list, size_t *n)
{
    struct spec_input in;

    if (combos > SPECIMEN_MAX_COMBOS || s->len < SPECIMEN_FIRST_PERIOD + combos ||
        specimen_input_init(&in, s) < 0) {
        fprintf(stderr,
                "%s: specimens left out: they need all five columns and more bars than the longest "
                "period, %zu\n",
                program_invocation_short_name, SPECIMEN_FIRST_PERIOD + combos - 1);
        return;
    }
    for (size_t i = 0; specimen_list[i]; i++) {
        if (!args_wants(args, specimen_list[i]->name))
            continue;
        measure(specimen_list[i], false, &in, combos, list, n);
        measure(specimen_list[i], true, &in, combos, list, n);
    }
    specimen_input_done(&in);
}
