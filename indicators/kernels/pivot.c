/* SPDX-License-Identifier: Apache-2.0 */
/* pivot: pivot point with four resistances and four supports, of the same bar.
 *
 * Every mode is a middle and, for each level, a step added above and taken below it. */
#include "kernel.h"

enum { STANDARD, FIBONACCI, DEMARK, CAMARILLA, WOODIE };
enum { R4, R3, R2, R1, PP, S1, S2, S3, S4, LEVELS };

static inline void levels_of(int mode, double h, double l, double c, double o, double *ret)
{
    const double range = h - l;
    double pp = (h + l + c) / 3;

    for (size_t i = 0; i < LEVELS; i++)
        ret[i] = NAN;
    switch (mode) {
    case STANDARD:
        ret[R1] = 2 * pp - l, ret[S1] = 2 * pp - h;
        ret[R2] = pp + range, ret[S2] = pp - range;
        break;
    case FIBONACCI:
        ret[R1] = pp + 0.382 * range, ret[S1] = pp - 0.382 * range;
        ret[R2] = pp + 0.618 * range, ret[S2] = pp - 0.618 * range;
        ret[R3] = pp + range, ret[S3] = pp - range;
        break;
    case DEMARK:
        pp = (c < o ? h + 2 * l + c : c > o ? 2 * h + l + c : h + l + 2 * c) / 4;
        ret[R1] = 2 * pp - l, ret[S1] = 2 * pp - h;
        break;
    case CAMARILLA:
        ret[R1] = c + 0.0916 * range, ret[S1] = c - 0.0916 * range;
        ret[R2] = c + 0.183 * range, ret[S2] = c - 0.183 * range;
        ret[R3] = c + 0.275 * range, ret[S3] = c - 0.275 * range;
        ret[R4] = c + 0.55 * range, ret[S4] = c - 0.55 * range;
        break;
    default: /* Woodie */
        pp = (h + l + 2 * o) / 4;
        ret[R1] = 2 * pp - l, ret[S1] = 2 * pp - h;
        ret[R2] = pp + range, ret[S2] = pp - range;
        ret[R3] = h + 2 * (pp - l), ret[S3] = l - 2 * (h - pp);
        ret[R4] = ret[R3] + range, ret[S4] = ret[S3] - range;
    }
    ret[PP] = pp;
}

/* The definition once more, as weights of high, low, close and open, in twelfths. Woodie's and
 * DeMark's middles are in quarters, the others in thirds. */
static void reference(const struct ind_run *run)
{
    const int mode = (int)run->params[0];
    static const long double fibonacci[] = {0.382L, 0.618L, 1},
                             camarilla[] = {0.0916L, 0.183L, 0.275L, 0.55L};

    for (size_t t = run->from; t < run->to; t++) {
        const long double h = run->in[0][t], l = run->in[1][t], c = run->in[2][t],
                          o = run->in[3][t];
        const long double weight[4] = {mode == DEMARK && c > o              ? 6
                                       : mode < DEMARK || mode == CAMARILLA ? 4
                                                                            : 3,
                                       mode == DEMARK && c < o              ? 6
                                       : mode < DEMARK || mode == CAMARILLA ? 4
                                                                            : 3,
                                       mode == WOODIE   ? 0
                                       : mode == DEMARK ? (c == o ? 6 : 3)
                                                        : 4,
                                       mode == WOODIE ? 6 : 0};
        const long double pp =
            (weight[0] * h + weight[1] * l + (weight[2] == 0 ? 0 : weight[2] * c) +
             (weight[3] == 0 ? 0 : weight[3] * o)) /
            12;
        const long double d = h - l;
        long double up[4] = {NAN, NAN, NAN, NAN}, down[4] = {NAN, NAN, NAN, NAN};

        if (mode == STANDARD || mode == DEMARK || mode == WOODIE)
            up[0] = pp + (pp - l), down[0] = pp - (h - pp);
        if (mode == STANDARD || mode == WOODIE)
            up[1] = pp + d, down[1] = pp - d;
        if (mode == WOODIE) {
            up[2] = up[0] + (h - l), down[2] = down[0] - (h - l);
            up[3] = up[2] + d, down[3] = down[2] - d;
        }
        for (size_t i = 0; mode == FIBONACCI && i < 3; i++)
            up[i] = pp + fibonacci[i] * d, down[i] = pp - fibonacci[i] * d;
        for (size_t i = 0; mode == CAMARILLA && i < 4; i++)
            up[i] = c + camarilla[i] * d, down[i] = c - camarilla[i] * d;
        for (size_t i = 0; i < 4; i++) {
            run->out[R1 - i][t] = (double)up[i];
            run->out[S1 + i][t] = (double)down[i];
        }
        run->out[PP][t] = (double)pp;
    }
}

static void IND_FN(pivot)(const struct ind_run *run)
{
    const int mode = (int)run->params[0];

    for (size_t t = run->from; t < run->to; t++) {
        double levels[LEVELS];

        levels_of(mode, run->in[0][t], run->in[1][t], run->in[2][t], run->in[3][t], levels);
        for (size_t i = 0; i < LEVELS; i++)
            run->out[i][t] = levels[i];
    }
}

IND_INDICATOR(pivot) = {
    .name = "pivot",
    .title = "Pivot Points",
    .family = "trend",
    .source = "Person, A Complete Guide to Technical Trading Tactics, 2004",
    .note =
        "Of the same bar. Mode 0 standard, 1 Fibonacci, 2 DeMark, 3 Camarilla, 4 Woodie; levels "
        "a mode does not have are NaN.",
    .inputs = {{"high", "high"}, {"low", "low"}, {"close", "close"}, {"open", "open"}},
    .params = {{"mode", "choice", 3, 0, 4, IND_INTEGER}},
    .outputs = {"r4", "r3", "r2", "r1", "pp", "s1", "s2", "s3", "s4"},
    .reference = reference,
    .run = IND_FN(pivot),
    .tolerance = 1e-12,
};
