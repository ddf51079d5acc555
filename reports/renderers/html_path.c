/* SPDX-License-Identifier: Apache-2.0 */
#include "html_path.h"

#include <string.h>

const char *html_path_short(const char *root, const char *path)
{
    const size_t len = strlen(root);

    if (len && strncmp(path, root, len) == 0 && path[len] == '/')
        return path + len + 1;
    if (strncmp(path, "/home/", 6) == 0 || strncmp(path, "/Users/", 7) == 0) {
        const char *user = strchr(path + 1, '/') + 1, *rest = strchr(user, '/');

        return rest ? rest + 1 : user;
    }
    if (strncmp(path, "/root/", 6) == 0)
        return path + 6;
    if (strncmp(path, "./", 2) == 0)
        return path + 2;
    return path;
}
