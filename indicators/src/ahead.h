/* SPDX-License-Identifier: Apache-2.0 */
/* Looking ahead. A parameter with this flag says how many later bars the values of a bar depend on.
 * Whole series have them at their bar; a stream, which cannot know, gives them so many bars late.
 */
#ifndef IND_AHEAD_H
#define IND_AHEAD_H

enum { IND_AHEAD = 2 };

#endif
