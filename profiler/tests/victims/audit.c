/* SPDX-License-Identifier: Apache-2.0 */
/* For LD_AUDIT: an auditor in a namespace of its own, which allocates by its own libc. */
#include <link.h>
#include <stdlib.h>
#include <string.h>

unsigned la_version(unsigned version)
{
    free(malloc(100));
    return version < LAV_CURRENT ? version : LAV_CURRENT;
}

unsigned la_objopen(struct link_map *map, Lmid_t space, uintptr_t *cookie)
{
    char *name = strdup(map->l_name);

    free(name);
    return LA_FLG_BINDTO | LA_FLG_BINDFROM;
}
