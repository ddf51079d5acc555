/* SPDX-License-Identifier: Apache-2.0 */
/* The registry of output formats: a table made of the list in meson.build. */
#include "renderer.h"

#include <string.h>

#define RENDERER_ENTRY(name) extern const struct renderer renderer_##name;
#include "renderers_list.h"
#undef RENDERER_ENTRY

const struct renderer *const renderers[] = {
#define RENDERER_ENTRY(name) &renderer_##name,
#include "renderers_list.h"
#undef RENDERER_ENTRY
    NULL};

const struct renderer *renderer_by_name(const char *name)
{
    for (size_t i = 0; renderers[i]; i++)
        if (strcmp(renderers[i]->name, name) == 0)
            return renderers[i];
    return NULL;
}

static size_t ending_len(const char *file, const char *const *endings)
{
    const size_t len = strlen(file);
    size_t best = 0;

    for (size_t i = 0; endings[i]; i++) {
        const size_t n = strlen(endings[i]);
        if (n < len && n > best && strcmp(file + len - n, endings[i]) == 0)
            best = n;
    }
    return best;
}

const struct renderer *renderer_by_file(const char *file)
{
    const struct renderer *ret = NULL;
    size_t best = 0;

    for (size_t i = 0; renderers[i]; i++) {
        const size_t n = ending_len(file, renderers[i]->endings);
        if (n > best) {
            best = n;
            ret = renderers[i];
        }
    }
    return ret;
}
