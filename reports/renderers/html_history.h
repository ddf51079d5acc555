/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOCOPY_HTML_HISTORY_H
#define NOCOPY_HTML_HISTORY_H

struct html;

/* Step lines over commits. */
void html_history(struct html *h);

#endif
