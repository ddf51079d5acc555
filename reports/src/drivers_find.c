/* SPDX-License-Identifier: Apache-2.0 */
#include "drivers_find.h"
#include "process.h"

#include <stdlib.h>
#include <unistd.h>

char *driver_find(const char *name)
{
    static const char *const places[] = {"../drivers", ".", "../libexec/nocopy"};
    char *found = NULL;

    for (size_t i = 0; i < sizeof places / sizeof *places && !found; i++) {
        char *file = format_string("%s/%s/%s", process_own_folder(), places[i], name);

        if (access(file, X_OK) == 0)
            found = realpath(file, NULL);
        free(file);
    }
    if (!found && process_find(name, NULL, &found) < 0)
        return NULL;
    return found;
}
