/* SPDX-License-Identifier: Apache-2.0 */
#include "utf8.h"

#define REPLACEMENT 0xfffdu

uint32_t utf8_next(const char **s)
{
    const unsigned char *p = (const unsigned char *)*s;
    static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
    const unsigned more = p[0] < 0x80                   ? 0
                          : p[0] >= 0xc2 && p[0] < 0xe0 ? 1
                          : p[0] >= 0xe0 && p[0] < 0xf0 ? 2
                          : p[0] >= 0xf0 && p[0] < 0xf5 ? 3
                                                        : 4;

    if (p[0] == 0)
        return 0;
    (*s)++;
    if (more == 0)
        return p[0];
    if (more == 4)
        return REPLACEMENT;
    uint32_t c = p[0] & (0x3fu >> more);
    for (unsigned i = 1; i <= more; i++) {
        if ((p[i] & 0xc0) != 0x80) /* also the closing NUL */
            return REPLACEMENT;
        c = c << 6 | (p[i] & 0x3f);
    }
    if (c < least[more] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
        return REPLACEMENT;
    *s += more;
    return c;
}

size_t utf8_put(uint32_t c, char *ret)
{
    if (c < 0x80) {
        ret[0] = (char)c;
        return 1;
    }
    const unsigned more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    static const unsigned char lead[] = {0, 0xc0, 0xe0, 0xf0};
    for (unsigned i = more; i > 0; i--) {
        ret[i] = (char)(0x80 | (c & 0x3f));
        c >>= 6;
    }
    ret[0] = (char)(lead[more] | c);
    return more + 1;
}

bool utf8_hidden(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad || (c >= 0x200b && c <= 0x200f) ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
           c == 0x061c || (c >= 0xfff9 && c <= 0xfffb) || (c >= 0xe0000 && c <= 0xe007f);
}

unsigned utf8_width(uint32_t c)
{
    if ((c >= 0x300 && c < 0x370) || (c >= 0x20d0 && c < 0x2100) || (c >= 0xfe00 && c < 0xfe10))
        return 0;
    return (c >= 0x1100 && c < 0x1160) || (c >= 0x2e80 && c < 0xa4d0) ||
                   (c >= 0xac00 && c < 0xd7a4) || (c >= 0xf900 && c < 0xfb00) ||
                   (c >= 0xfe30 && c < 0xfe70) || (c >= 0xff00 && c < 0xff61) ||
                   (c >= 0x1f300 && c < 0x1fa00) || (c >= 0x20000 && c < 0x40000)
               ? 2
               : 1;
}
