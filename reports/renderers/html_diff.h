/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOCOPY_HTML_DIFF_H
#define NOCOPY_HTML_DIFF_H

struct html;

/* The whole page of h->diff. Returns 0 or -errno. */
int html_diff_page(struct html *h);

#endif
