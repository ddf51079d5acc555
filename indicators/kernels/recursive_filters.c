/* SPDX-License-Identifier: Apache-2.0 */
/* Linear recursive filters of one series: each output is a weighted sum of the newest inputs and of
 * the outputs before it.
 *
 *   y[t] = b0 x[t] + b1 x[t-1] + b2 x[t-2] + a1 y[t-1] + a2 y[t-2] + a3 y[t-3] */
#include "cycle.h"

struct filter {
    long double b[3], a[3];
    size_t seed;  /* bars at the start that put out x itself */
    size_t first; /* the bar it begins with */
    size_t show;  /* the first bar that is handed out, if later */
    int residue;  /* hand out x - y instead of y */
};

struct filter_state {
    double b[3], a[3], x[2], y[3];
};

static size_t filter_state(const double *params)
{
    (void)params;
    return sizeof(struct filter_state);
}

/* The definition, in long double: the filter as it is written above. */
static void filter_define(const struct ind_run *run, const struct filter *f)
{
    long double y[4] = {0};

    for (size_t t = f->first; t < run->to; t++) {
        const size_t n = t - f->first;
        const double *x = run->in[0];

        y[3] = y[2], y[2] = y[1], y[1] = y[0];
        y[0] = x[t];
        if (n >= f->seed)
            y[0] = f->b[0] * x[t] + (t > 0 ? f->b[1] * x[t - 1] : 0) +
                   (t > 1 ? f->b[2] * x[t - 2] : 0) + f->a[0] * y[1] + f->a[1] * y[2] +
                   f->a[2] * y[3];
        if (t >= f->show)
            run->out[0][t] = (double)(f->residue ? x[t] - y[0] : y[0]);
    }
}

static void filter_run(const struct ind_run *run, const struct filter *f)
{
    struct filter_state s = *(struct filter_state *)run->state;
    const double b0 = (double)f->b[0], b1 = (double)f->b[1], b2 = (double)f->b[2];
    const double a0 = (double)f->a[0], a1 = (double)f->a[1], a2 = (double)f->a[2];

    for (size_t t = run->from; t < run->to; t++) {
        const double x = run->in[0][t];
        double y = x;

        if (t >= f->first) {
            if (t - f->first >= f->seed)
                y = b0 * x + b1 * s.x[0] + b2 * s.x[1] + a2 * s.y[2] + a1 * s.y[1] + a0 * s.y[0];
            if (t >= f->show)
                run->out[0][t] = f->residue ? x - y : y;
            s.y[2] = s.y[1];
            s.y[1] = s.y[0];
            s.y[0] = y;
        }
        s.x[1] = s.x[0];
        s.x[0] = x;
    }
    *(struct filter_state *)run->state = s;
}

/* One filter, from NAME_design, which works out its figures. */
#define RECURSIVE_FILTER(NAME, TITLE, FAMILY, TOLERANCE, SOURCE, NOTE, ...)                        \
    static size_t NAME##_first(const double *params, size_t output)                                \
    {                                                                                              \
        (void)output;                                                                              \
        return size_max(NAME##_design(params).first, NAME##_design(params).show);                  \
    }                                                                                              \
    static void NAME##_reference(const struct ind_run *run)                                        \
    {                                                                                              \
        const struct filter f = NAME##_design(run->params);                                        \
        filter_define(run, &f);                                                                    \
    }                                                                                              \
    static void IND_FN(NAME)(const struct ind_run *run)                                            \
    {                                                                                              \
        const struct filter f = NAME##_design(run->params);                                        \
        filter_run(run, &f);                                                                       \
    }                                                                                              \
    IND_INDICATOR(NAME) = {                                                                        \
        .name = #NAME,                                                                             \
        .title = TITLE,                                                                            \
        .family = FAMILY,                                                                          \
        .source = SOURCE,                                                                          \
        .note = NOTE " A NaN or infinite bar makes all later values NaN.",                         \
        .inputs = {{"data", "close"}},                                                             \
        .params = {__VA_ARGS__},                                                                   \
        .outputs = {"values"},                                                                     \
        .warmup = NAME##_first,                                                                    \
        .state_size = filter_state,                                                                \
        .reference = NAME##_reference,                                                             \
        .run = IND_FN(NAME),                                                                       \
        .tolerance = TOLERANCE,                                                                    \
    }

#define EHLERS(TITLE) "Ehlers, " TITLE

static struct filter mwdx_design(const double *params)
{
    const long double k = params[0];

    return (struct filter){.b = {k}, .a = {1 - k}, .seed = 1};
}
RECURSIVE_FILTER(mwdx, "MWDX Average", "moving average", 1e-12,
                 "Exponential smoothing by a factor; Brown, 1956",
                 "y + factor (x - y), seeded with the first value.",
                 {"factor", "ratio", 0.2, 0, 1});

static struct filter highpass_design(const double *params)
{
    const long double alpha = highpass_alpha(2 * CYCLE_PI / params[0]);

    return (struct filter){.b = {1 - alpha / 2, -(1 - alpha / 2)}, .a = {1 - alpha}, .seed = 1};
}
RECURSIVE_FILTER(highpass, "High-Pass Filter", "cycle", 1e-9,
                 EHLERS("Cybernetic Analysis for Stocks and Futures, 2004"),
                 "One pole; the first output is the first value.",
                 {"period", "bars", 48, 2, IND_PERIOD_MAX, IND_INTEGER});

static struct filter highpass_2_pole_design(const double *params)
{
    const long double alpha = highpass_alpha(2 * CYCLE_PI * params[1] / params[0]);
    const long double c = (1 - alpha / 2) * (1 - alpha / 2);

    return (struct filter){
        .b = {c, -2 * c, c}, .a = {2 * (1 - alpha), -(1 - alpha) * (1 - alpha)}, .seed = 2};
}
RECURSIVE_FILTER(highpass_2_pole, "High-Pass Filter, Two Poles", "cycle", 1e-9,
                 EHLERS("Cybernetic Analysis for Stocks and Futures, 2004"),
                 "The first two outputs are the first two values.",
                 {"period", "bars", 48, 2, IND_PERIOD_MAX, IND_INTEGER},
                 {"k", "ratio", 0.707, 1e-6, 1e6});

static struct filter decycler_design(const double *params)
{
    struct filter f = highpass_2_pole_design(params);

    f.residue = 1;
    f.show = 2;
    return f;
}
RECURSIVE_FILTER(decycler, "Decycler", "trend", 1e-9,
                 EHLERS("Decyclers, Stocks & Commodities, 2015"),
                 "The value less its high-pass filter of two poles, from the third bar on.",
                 {"hp_period", "bars", 125, 2, IND_PERIOD_MAX, IND_INTEGER},
                 {"k", "ratio", 0.707, 1e-6, 1e6});

static struct filter supersmoother_design(const double *params)
{
    const long double f = 1.414L * CYCLE_PI / params[0], a = expl(-f), b = 2 * a * cosl(f);
    const long double c = (1 + a * a - b) / 2;

    return (struct filter){
        .b = {c, c}, .a = {b, -a * a}, .seed = 2, .first = (size_t)params[0] - 1};
}
RECURSIVE_FILTER(
    supersmoother, "SuperSmoother Filter", "moving average", 1e-11,
    EHLERS("Cycle Analytics for Traders, 2013"),
    "Two poles; begins at bar period - 1, with two bars that put out the value itself.",
    {"period", "bars", 14, 1, IND_PERIOD_MAX, IND_INTEGER});

static struct filter supersmoother_3_pole_design(const double *params)
{
    const long double a = expl(-CYCLE_PI / params[0]);
    const long double b = 2 * a * cosl(1.738L * CYCLE_PI / params[0]), c = a * a;

    return (struct filter){
        .b = {1 - c * c - b + b * c}, .a = {b + c, -(c + b * c), c * c}, .seed = 3};
}
RECURSIVE_FILTER(supersmoother_3_pole, "SuperSmoother Filter, Three Poles", "moving average", 1e-10,
                 EHLERS("Cybernetic Analysis for Stocks and Futures, 2004"),
                 "The first three outputs are the first three values.",
                 {"period", "bars", 14, 1, IND_PERIOD_MAX, IND_INTEGER});
