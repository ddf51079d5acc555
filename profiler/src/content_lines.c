/* SPDX-License-Identifier: Apache-2.0 */
/* Strided, reversed and transposed copies: hits on one line that is no diagonal. */
#include "content_state.h"

static uint64_t word_at(const struct followed *f, ptrdiff_t o)
{
    return scan_load((const unsigned char *)f->at + o);
}

/* Equal words from (x, y) on by steps of (dx, dy), while both are inside. */
static size_t run_of(const struct followed *x, const struct followed *y, ptrdiff_t xo, ptrdiff_t yo,
                     ptrdiff_t dx, ptrdiff_t dy)
{
    const ptrdiff_t x_end = (ptrdiff_t)x->size - 8, y_end = (ptrdiff_t)y->size - 8;
    size_t n = 0;

    while (xo >= 0 && xo <= x_end && yo >= 0 && yo <= y_end && word_at(x, xo) == word_at(y, yo)) {
        n++;
        xo += dx;
        yo += dy;
    }
    return n;
}

/* The unit step of a line with the given rise: one side moves word by word. */
static bool unit_step(ptrdiff_t dx, ptrdiff_t dy, ptrdiff_t *ux, ptrdiff_t *uy)
{
    if (dx == 0 || dy == 0 || dx == dy || dx % 8 != 0 || dy % 8 != 0)
        return false;
    if (dy % dx == 0) {
        *ux = 8;
        *uy = dy / dx * 8;
    } else if (dx % dy == 0) {
        *uy = 8;
        *ux = dx / dy * 8;
        if (*ux < 0) {
            *ux = -*ux;
            *uy = -8;
        }
    } else {
        return false;
    }
    return true;
}

static size_t telling_words(const struct followed *x, ptrdiff_t xo, ptrdiff_t dx, size_t n)
{
    size_t ret = 0;
    uint64_t before = 0;

    for (size_t i = 0; i < n; i++) {
        const uint64_t w = word_at(x, xo + (ptrdiff_t)i * dx);

        ret += w != before && !scan_dull_word(w);
        before = w;
    }
    return ret;
}

static void try_line(struct scan *s, const struct track *t)
{
    const struct followed *x = s->x, *y = followed_at(t->block);
    ptrdiff_t dx, dy;

    if (y->death != 0 || !unit_step(t->dx, t->dy, &dx, &dy) ||
        scan_failed_before(s, t->block, dx * 1009 + dy, t->x1))
        return;
    const ptrdiff_t xo = (ptrdiff_t)t->x0, yo = t->y0;
    size_t n = run_of(x, y, xo, yo, dx, dy);
    const size_t back = run_of(x, y, xo - dx, yo - dy, -dx, -dy);
    const ptrdiff_t x_start = xo - (ptrdiff_t)back * dx, y_start = yo - (ptrdiff_t)back * dy;
    size_t total = n += back, end = (size_t)x_start + n * (size_t)dx;

    /* A transposed matrix: the next column begins where this one ended, one row start further. */
    for (ptrdiff_t next = y_start + 8; dx == 8 && dy > 8 && n > 1; next += 8) {
        const size_t more = run_of(x, y, (ptrdiff_t)end, next, dx, dy);

        if (more < n)
            break;
        total += n;
        end += n * 8;
    }
    content_looked_at(total * 16);
    if (total * 8 < content.setup.min_block ||
        telling_words(x, x_start, dx, total) * 8 < content.setup.min_block * 3 / 4) {
        scan_note_failed(s, t->block, dx * 1009 + dy, end);
        return;
    }
    const struct equal e = {.x = s->index,
                            .y = t->block,
                            .at = {(size_t)x_start, end - (size_t)dx + 8},
                            .y_start =
                                (size_t)(dy > 0 ? y_start : y_start + (ptrdiff_t)(n - 1) * dy),
                            .bytes = total * 8,
                            .more = NC_MATCH_STRIDED};

    scan_note_failed(s, t->block, dx * 1009 + dy, end);
    if (dx == 8)
        s->covered = end;
    content_judge(s, &e);
}

void content_line_hit(struct scan *s, size_t o, uint32_t block, size_t yo)
{
    struct track *t = NULL;

    for (unsigned i = 0; i < SCAN_TRACKS && t == NULL; i++)
        if (s->track[i].block == block)
            t = &s->track[i];
    if (t == NULL) {
        t = &s->track[s->next_track++ % SCAN_TRACKS];
        *t = (struct track){
            .block = block, .x0 = o, .x1 = o, .y0 = (ptrdiff_t)yo, .y1 = (ptrdiff_t)yo, .hits = 1};
        return;
    }
    const ptrdiff_t dx = (ptrdiff_t)(o - t->x1), dy = (ptrdiff_t)yo - t->y1;

    if (dx == 0)
        return;
    if (t->hits >= 2 && (double)dy * (double)t->dx == (double)dx * (double)t->dy) {
        t->hits++;
    } else { /* a new line, from the hit before to this one */
        t->x0 = t->x1;
        t->y0 = t->y1;
        t->hits = 2;
    }
    t->x1 = o;
    t->y1 = (ptrdiff_t)yo;
    t->dx = dx;
    t->dy = dy;
    if (t->hits >= 3)
        try_line(s, t);
}
