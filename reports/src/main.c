/* SPDX-License-Identifier: Apache-2.0 */
#include "renderer.h"

#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        puts("nocopy " NOCOPY_VERSION);
        return 0;
    }
    fputs("usage: nocopy --version\n", stderr);
    return 2;
}
