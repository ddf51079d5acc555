/* SPDX-License-Identifier: Apache-2.0 */
/* The picture of an indicator: candles, and its outputs over them where they are prices, else in
 * panels below. What is a price is found by trying: twice the prices give twice the value, and it
 * lies where the prices lie. */
#include "page.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Bars shown, and where there are many lines. */
enum { SHOWN = 120, SHOWN_OF_MANY = 40, MANY = 6 };
enum { WIDTH = 640, LEFT = 8, RIGHT = 84, PRICE_HEIGHT = 230, PANEL_HEIGHT = 120 };
enum { MAX_PANELS = 4, GAP = 18 };

struct panel {
    double low, high; /* values at the bottom and the top */
    int top, height;
};

struct plot {
    const struct bench_case *c;
    const struct series *s;
    double *values[IND_MAX_OUTPUTS]; /* whole series */
    size_t n_outputs, from, shown;   /* bars shown: the first, how many */
    int panel_of[IND_MAX_OUTPUTS];   /* 0: over the candles; -1: nowhere, no value in sight */
    bool marks[IND_MAX_OUTPUTS];     /* few values, mostly 0: drawn as bars from 0 */
    struct panel panel[1 + MAX_PANELS];
    int n_panels, height;
};

static double step_of(const struct plot *p)
{
    return (double)(WIDTH - LEFT - RIGHT) / (double)p->shown;
}

static double x_of(const struct plot *p, size_t t)
{
    return LEFT + ((double)(t - p->from) + 0.5) * step_of(p);
}

static double y_of(const struct panel *panel, double value)
{
    return panel->top + panel->height * (panel->high - value) / (panel->high - panel->low);
}

/* ---- What is to be drawn, and where ---- */

static int run(const struct bench_case *c, const double *const *in, double *block)
{
    struct ind_job job = c->job;

    memcpy(job.in, in, sizeof job.in);
    for (size_t o = 0; o < ind_n_outputs(c->ind); o++)
        job.out[o] = (struct ind_view){block + o * job.len, 1, job.len, job.len};
    job.work_size = ind_work_size(c->ind, &job);
    job.work = job.work_size ? aligned_alloc(64, job.work_size) : NULL;
    const int status = ind_single(c->ind, &job);
    free(job.work);
    return status;
}

/* Range of an output over the bars shown, infinities aside; false when it has no value there. */
static bool range_of(const double *values, size_t n, double *ret_low, double *ret_high)
{
    bool any = false;

    for (size_t t = 0; t < n; t++) {
        if (!isfinite(values[t]))
            continue;
        *ret_low = any ? fmin(*ret_low, values[t]) : values[t];
        *ret_high = any ? fmax(*ret_high, values[t]) : values[t];
        any = true;
    }
    return any;
}

/* Mostly 0, and elsewhere one of a few values. */
static bool is_marks(const double *values, size_t len)
{
    double seen[6];
    size_t n = 0, zeros = 0, numbers = 0;

    for (size_t t = 0; t < len; t++) {
        size_t k = 0;

        if (isnan(values[t]))
            continue;
        numbers++;
        zeros += values[t] == 0;
        while (k < n && seen[k] != values[t])
            k++;
        if (k == n && n == sizeof seen / sizeof *seen)
            return false;
        if (k == n)
            seen[n++] = values[t];
    }
    return zeros * 10 >= numbers * 6;
}

/* Twice the prices, twice the value, at every bar shown. */
static bool doubles(const struct plot *p, const double *twice, size_t o)
{
    for (size_t t = p->from; t < p->from + p->shown; t++)
        if (isfinite(p->values[o][t]) &&
            !(fabs(twice[t] - 2 * p->values[o][t]) <= 1e-6 * fabs(p->values[o][t])))
            return false;
    return true;
}

static bool is_volume(const struct ind_input *input)
{
    return strcmp(input->column, "volume") == 0;
}

/* The outputs on twice the prices, in a block to be freed; null: no memory. */
static double *run_doubled(const struct plot *p)
{
    const struct ind_indicator *ind = p->c->ind;
    const size_t len = p->s->len, n_inputs = ind_n_inputs(ind);
    double *block = malloc((p->n_outputs + n_inputs) * len * sizeof *block);
    const double *in[IND_MAX_INPUTS] = {0};

    for (size_t i = 0; block && i < n_inputs; i++) {
        double *room = block + (p->n_outputs + i) * len;

        in[i] = is_volume(&ind->inputs[i]) ? p->c->job.in[i] : room;
        for (size_t t = 0; t < len; t++)
            room[t] = 2 * p->c->job.in[i][t];
    }
    if (block && run(p->c, in, block) < 0) {
        free(block);
        return NULL;
    }
    return block;
}

/* The bars shown: after the warm-up; of marks those around the first. */
static size_t choose_bars(const struct plot *p)
{
    size_t from = 0, mark = SIZE_MAX;

    for (size_t o = 0; o < p->n_outputs; o++) {
        const size_t warmup = ind_warmup(p->c->ind, p->c->params, o);
        from = warmup > from ? warmup : from;
    }
    from = (from / 20 + 2) * 20;
    for (size_t o = 0; o < p->n_outputs; o++)
        for (size_t t = from + p->shown / 2; p->marks[o] && t + p->shown < p->s->len; t++)
            if (p->values[o][t] != 0 && t < mark) {
                mark = t;
                break;
            }
    return mark == SIZE_MAX ? from : mark - p->shown / 2;
}

/* An output joins the first panel below whose values are of its size. */
static void place_below(struct plot *p, size_t o, double low, double high)
{
    for (int k = 1; k < p->n_panels; k++) {
        struct panel *panel = &p->panel[k];
        const double both = fmax(panel->high, high) - fmin(panel->low, low);
        const double least = fmin(panel->high - panel->low, high - low);

        if (both <= 8 * least || k == MAX_PANELS) {
            p->panel_of[o] = k;
            panel->low = fmin(panel->low, low);
            panel->high = fmax(panel->high, high);
            return;
        }
    }
    p->panel_of[o] = p->n_panels;
    p->panel[p->n_panels++] = (struct panel){.low = low, .high = high};
}

static void place(struct plot *p, const double *twice)
{
    struct panel *price = &p->panel[0];
    double low, high;

    range_of(p->s->column[SERIES_LOW] + p->from, p->shown, &price->low, &low);
    range_of(p->s->column[SERIES_HIGH] + p->from, p->shown, &high, &price->high);
    const double span = price->high - price->low, floor = price->low - 2 * span,
                 top = price->high + 2 * span;
    p->n_panels = 1;
    for (size_t o = 0; o < p->n_outputs; o++) {
        p->panel_of[o] = -1;
        if (!range_of(p->values[o] + p->from, p->shown, &low, &high))
            continue;
        if (doubles(p, twice + o * p->s->len, o) && low > floor && high < top) {
            p->panel_of[o] = 0;
            price->low = fmin(price->low, low);
            price->high = fmax(price->high, high);
        } else {
            if (p->marks[o]) {
                low = fmin(low, 0);
                high = fmax(high, 0);
            }
            place_below(p, o, low, high);
        }
    }
}

static void lay_out(struct plot *p)
{
    int top = 6;

    for (int k = 0; k < p->n_panels; k++) {
        struct panel *panel = &p->panel[k];
        const double size = fmax(fabs(panel->low), fabs(panel->high));
        double air = 0.06 * (panel->high - panel->low);

        if (!(air > 1e-9 * size)) /* flat: give it some room */
            air = size > 0 ? 0.1 * size : 1;
        panel->low -= air;
        panel->high += air;
        panel->top = top;
        panel->height = k ? PANEL_HEIGHT : PRICE_HEIGHT;
        top += panel->height + GAP;
    }
    p->height = top + 4;
}

/* ---- Drawing ---- */

/* 1, 2 or 5 times a power of ten, about a quarter of the span. */
static double nice_step(double span)
{
    const double rough = span / 4, power = pow(10, floor(log10(rough)));
    const double digit = rough / power;

    return power * (digit < 1.5 ? 1 : digit < 3.5 ? 2 : digit < 7.5 ? 5 : 10);
}

static void draw_axis(const struct panel *panel, FILE *out)
{
    const double step = nice_step(panel->high - panel->low);

    fprintf(out, "<path class=\"frame\" d=\"M%d %dH%dV%dH%dZ\"/>\n", LEFT, panel->top,
            WIDTH - RIGHT, panel->top + panel->height, LEFT);
    for (double v = ceil(panel->low / step) * step; v <= panel->high; v += step) {
        const double y = y_of(panel, v);

        if (y > panel->top + panel->height - 4 || y < panel->top + 4)
            continue;
        fprintf(out, "<path class=\"grid\" d=\"M%d %.1fH%d\"/>", LEFT, y, WIDTH - RIGHT);
        fprintf(out, "<text x=\"%d\" y=\"%.1f\">%.6g</text>\n", WIDTH - RIGHT + 6, y + 4,
                fabs(v) < step / 2 ? 0 : v);
    }
}

static void draw_time(const struct plot *p, FILE *out)
{
    for (size_t t = (p->from + 19) / 20 * 20; t < p->from + p->shown; t += 20)
        fprintf(out, "<text class=\"time\" x=\"%.1f\" y=\"%d\">%zu</text>\n", x_of(p, t),
                p->height - 6, t);
}

static void draw_candles(const struct plot *p, FILE *out)
{
    const struct panel *panel = &p->panel[0];
    double *const *c = p->s->column;
    const double step = step_of(p);

    for (size_t t = p->from; t < p->from + p->shown; t++) {
        const double open = c[SERIES_OPEN][t], close = c[SERIES_CLOSE][t], x = x_of(p, t);
        const double top = y_of(panel, fmax(open, close)), low = y_of(panel, fmin(open, close));

        fprintf(out, "<path class=\"wick\" d=\"M%.1f %.1fV%.1fM%.1f %.1fV%.1f\"/>", x,
                y_of(panel, c[SERIES_HIGH][t]), top, x, low, y_of(panel, c[SERIES_LOW][t]));
        fprintf(out, "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>\n",
                close < open ? "down" : "up", x - 0.35 * step, top, 0.7 * step,
                fmax(low - top, 0.5));
    }
}

static void draw_line(const struct plot *p, size_t o, FILE *out)
{
    const struct panel *panel = &p->panel[p->panel_of[o]];
    bool down = false;

    fprintf(out, "<path class=\"line %s\" d=\"", page_color(o));
    for (size_t t = p->from; t < p->from + p->shown; t++) {
        const double v = p->values[o][t];

        if (isfinite(v))
            fprintf(out, "%c%.1f %.1f", down ? 'L' : 'M', x_of(p, t), y_of(panel, v));
        down = isfinite(v);
    }
    fputs("\"/>\n", out);
}

static void draw_marks(const struct plot *p, size_t o, FILE *out)
{
    const struct panel *panel = &p->panel[p->panel_of[o]];

    fprintf(out, "<path class=\"grid\" d=\"M%d %.1fH%d\"/><path class=\"mark %s\" d=\"", LEFT,
            y_of(panel, 0), WIDTH - RIGHT, page_color(o));
    for (size_t t = p->from; t < p->from + p->shown; t++)
        if (isfinite(p->values[o][t]) && p->values[o][t] != 0)
            fprintf(out, "M%.1f %.1fV%.1f", x_of(p, t), y_of(panel, 0),
                    y_of(panel, p->values[o][t]));
    fputs("\"/>\n", out);
}

static bool any_mark(const struct plot *p)
{
    for (size_t t = p->from; t < p->from + p->shown; t++)
        if (p->values[0][t] != 0)
            return true;
    return false;
}

static void draw(const struct plot *p, FILE *out)
{
    fprintf(out,
            "<figure><div class=\"scroll\"><svg class=\"plot\" viewBox=\"0 0 %d %d\" role=\"img\" "
            "aria-label=\"%s over generated candles\">\n",
            WIDTH, p->height, p->c->ind->name);
    for (int k = 0; k < p->n_panels; k++)
        draw_axis(&p->panel[k], out);
    draw_time(p, out);
    draw_candles(p, out);
    for (size_t o = 0; o < p->n_outputs; o++) {
        if (p->panel_of[o] < 0)
            continue;
        if (p->marks[o])
            draw_marks(p, o, out);
        else
            draw_line(p, o, out);
    }
    fputs("</svg></div>\n<figcaption>", out);
    for (size_t o = 0; o < p->n_outputs; o++)
        fprintf(out,
                "<span><svg class=\"swatch\" viewBox=\"0 0 24 10\" aria-hidden=\"true\"><path "
                "class=\"%s\" d=\"M0 5H24\"/></svg>%s%s</span> ",
                page_color(o), p->c->ind->outputs[o],
                p->panel_of[o] < 0 ? " (no value at these prices)" : "");
    if (p->n_outputs == 1 && p->marks[0] && !any_mark(p))
        fprintf(out, "<span>Not once in %zu generated bars.</span> ", p->s->len);
    fputs("<span>The defaults, on generated candles; bars are counted from 0.</span>", out);
    fputs("</figcaption></figure>\n", out);
}

int plot_write(const struct bench_case *c, const struct series *s, FILE *out)
{
    struct plot p = {.c = c, .s = s, .n_outputs = ind_n_outputs(c->ind)};
    double *block = malloc(p.n_outputs * s->len * sizeof *block), *twice = NULL;

    p.shown = p.n_outputs < MANY ? SHOWN : SHOWN_OF_MANY;
    if (block && run(c, c->job.in, block) == IND_OK) {
        for (size_t o = 0; o < p.n_outputs; o++) {
            p.values[o] = block + o * s->len;
            p.marks[o] = is_marks(p.values[o], s->len);
        }
        twice = run_doubled(&p);
    }
    if (twice) {
        p.from = choose_bars(&p);
        place(&p, twice);
        lay_out(&p);
        draw(&p, out);
    } else {
        fprintf(stderr, "indicator_pages: %s cannot be run\n", c->ind->name);
    }
    free(block);
    free(twice);
    return twice ? 0 : -1;
}
