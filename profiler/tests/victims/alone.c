/* SPDX-License-Identifier: Apache-2.0 */
/* Linked statically: no preloading reaches it. */
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    char *text = malloc(20);

    snprintf(text, 20, "alone %d", 1);
    puts(text);
    free(text);
    return 3;
}
