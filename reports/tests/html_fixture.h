/* SPDX-License-Identifier: Apache-2.0 */
/* Reports made up from a seed, for the tests of the pages: always the same, of any size. */
#ifndef NOCOPY_HTML_FIXTURE_H
#define NOCOPY_HTML_FIXTURE_H

#include "diff.h"
#include "report.h"

enum fixture_side { FIXTURE_BASE, FIXTURE_HEAD };

/* 41 indicators with verdicts at the borders, findings, flow, timeline. The two sides differ in a
 * few indicators and lines. */
int fixture_indicators(struct report *ret, enum fixture_side side);
/* Names that attack the page: markup, direction overrides, bad UTF-8, 10 kB, empty. */
int fixture_hostile(struct report *ret);
/* A program without indicators; `findings` and all else absent when `bare`. */
int fixture_plain(struct report *ret, bool bare);
/* `n` stacks of 20 to 40 frames on a common trunk. The two sides differ in one stack of twenty. */
int fixture_stacks(struct report *ret, size_t n, enum fixture_side side);

/* One stack of `frames` frames. */
int fixture_deep(struct report *ret, size_t frames);
/* One heavy stack beside `n` that are under a millionth of it, on two frames. */
int fixture_light(struct report *ret, size_t n);

#endif
