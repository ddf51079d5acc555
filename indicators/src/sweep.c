/* SPDX-License-Identifier: Apache-2.0 */
/* Sweeps: axes of parameters and their cartesian product. */
#include <math.h>
#include <nocopy/indicators.h>

/* An axis takes in its end though 0.1 + 0.1 + 0.1 > 0.3. */
static const double END_SLACK = 1e-12;
static const double MOST_VALUES = 1e12;

/* How many values an axis has; 0 when it names none. */
static size_t axis_len(const struct ind_axis *axis)
{
    const double span = fabs(axis->end - axis->start), step = fabs(axis->step);

    if (!isfinite(axis->start) || !isfinite(axis->end) || !isfinite(axis->step))
        return 0;
    if (step == 0 || span == 0)
        return 1;
    const double len = floor((span + END_SLACK) / step) + 1;
    return len <= MOST_VALUES ? (size_t)len : 0;
}

static double axis_at(const struct ind_axis *axis, size_t index)
{
    const double step = fabs(axis->step) * (double)index;

    return axis->end < axis->start ? axis->start - step : axis->start + step;
}

int ind_sweep_combos(const struct ind_indicator *ind, const struct ind_axis *axes, size_t *ret)
{
    const size_t n = ind_n_params(ind);
    size_t combos = 1;

    if (!axes && n)
        return IND_EAXIS;
    for (size_t i = 0; i < n; i++) {
        const size_t len = axis_len(&axes[i]);
        if (len == 0 || __builtin_mul_overflow(combos, len, &combos))
            return IND_EAXIS;
    }
    *ret = combos;
    return IND_OK;
}

int ind_sweep_params(const struct ind_indicator *ind, const struct ind_axis *axes, size_t row,
                     double *ret)
{
    size_t combos = 0;

    if (ind_sweep_combos(ind, axes, &combos) < 0 || row >= combos)
        return IND_EAXIS;
    for (size_t i = ind_n_params(ind); i-- > 0;) {
        const size_t len = axis_len(&axes[i]);
        ret[i] = axis_at(&axes[i], row % len);
        row /= len;
    }
    return IND_OK;
}

int ind_sweep_row(const struct ind_indicator *ind, const struct ind_axis *axes,
                  const double *params, size_t *ret)
{
    const size_t n = ind_n_params(ind);
    size_t combos, row = 0;

    if (ind_sweep_combos(ind, axes, &combos) < 0)
        return IND_EAXIS;
    for (size_t i = 0; i < n; i++) {
        const size_t len = axis_len(&axes[i]);
        const double at = len > 1 ? round(fabs(params[i] - axes[i].start) / fabs(axes[i].step)) : 0;
        if (!(at < (double)len) || !(fabs(axis_at(&axes[i], (size_t)at) - params[i]) <= 1e-9))
            return IND_EAXIS;
        row = row * len + (size_t)at;
    }
    *ret = row;
    return IND_OK;
}
