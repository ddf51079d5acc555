/* SPDX-License-Identifier: Apache-2.0 */
/* From files to a report: reader, model, symbols, analyses, report; each hands over and goes. */
#include "findings.h"
#include "model.h"
#include "pool.h"
#include "reader.h"
#include "report_build.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

__attribute__((format(printf, 3, 4))) static void tell(char *err, size_t size, const char *format,
                                                       ...)
{
    va_list args;

    if (!err || size == 0)
        return;
    va_start(args, format);
    vsnprintf(err, size, format, args);
    va_end(args);
}

static int cannot_read(int r, const char *path, char *err, size_t size)
{
    if (r == -EBADMSG)
        tell(err, size, "'%s' is not a nocopy profile", path);
    else if (r == -EPROTONOSUPPORT)
        tell(err, size, "'%s' was written by a later nocopy: update this one", path);
    else if (r == -ENOMEM)
        tell(err, size, "out of memory while reading '%s'", path);
    else
        tell(err, size, "cannot read '%s': %s", path, strerror(-r));
    return r;
}

static int add(struct model *m, const char *path, char *err, size_t size)
{
    struct profile p = {0};
    int r = profile_open(&p, path);

    if (r == 0)
        r = model_add(m, &p);
    profile_done(&p);
    return r < 0 ? cannot_read(r, path, err, size) : 0;
}

static int finish(struct report *ret, struct model *m, const struct report_options *options)
{
    struct findings findings = {0};
    int r = model_finish(m, options);

    if (r == 0)
        r = findings_find(&findings, m);
    if (r == 0)
        r = report_build(ret, m, &findings, options);
    findings_done(&findings);
    return r;
}

/* JSON reports begin with a brace; nothing else that is a report does. */
static bool is_json(const char *path)
{
    char c = 0;
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (fd < 0)
        return false;
    while (read(fd, &c, 1) == 1 && (c == ' ' || c == '\n' || c == '\r' || c == '\t'))
        ;
    close(fd);
    return c == '{';
}

int report_from_profiles(struct report *ret, const char *const *paths, size_t n,
                         const struct report_options *options, char *err, size_t err_size)
{
    struct model m = {0};

    if (n == 1 && is_json(paths[0]))
        return report_from_json(ret, paths[0], err, err_size);
    int r = model_init(&m);
    for (size_t i = 0; r == 0 && i < n; i++) {
        r = add(&m, paths[i], err, err_size);
        if (options && options->progress)
            options->progress(options->progress_context, i + 1, n);
    }
    if (r == 0) {
        r = finish(ret, &m, options);
        if (r < 0)
            tell(err, err_size, "out of memory");
    }
    model_done(&m);
    return r;
}

int report_load(struct report *ret, const char *path, const struct report_options *options,
                char *err, size_t err_size)
{
    return report_from_profiles(ret, &path, 1, options, err, err_size);
}
