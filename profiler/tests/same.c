/* SPDX-License-Identifier: Apache-2.0 */
#include "same.h"

#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* What sh printed for `command`, then its status. Owned. */
static char *said(const char *preload, const char *before, const char *after, const char *output,
                  const char *command)
{
    char *text = NULL, *script, piece[4096];
    size_t size = 0, n;
    FILE *to = open_memstream(&text, &size), *from;

    if (asprintf(&script, "exec 2>&1\nexport NOCOPY_OUTPUT='%s' LD_PRELOAD='%s:%s:%s'\n%s", output,
                 before == NULL ? "" : before, preload, after == NULL ? "" : after, command) < 0)
        abort();
    from = popen(script, "r");
    assert_non_null(from);
    while ((n = fread(piece, 1, sizeof piece, from)) > 0)
        fwrite(piece, 1, n, to);
    fprintf(to, "[%d]", pclose(from));
    fclose(to);
    free(script);
    return text;
}

static void find(const struct same *s, const char *name, glob_t *ret)
{
    char pattern[512];

    snprintf(pattern, sizeof pattern, "%s/%s.*", s->dir, name == NULL ? "*" : name);
    if (glob(pattern, 0, NULL, ret) != 0)
        ret->gl_pathc = 0;
}

static void check_profiles(struct same *s)
{
    glob_t all = {0};

    s->lost = 0;
    find(s, NULL, &all);
    assert_true(all.gl_pathc > 0);
    for (size_t i = 0; i < all.gl_pathc; i++) {
        struct peek p;

        assert_int_equal(peek_open(&p, all.gl_pathv[i]), 0);
        s->lost += p.header->lost_events;
        assert_int_equal(p.header->end_signal, 0);
        peek_done(&p);
    }
    globfree(&all);
}

static void run(struct same *ret, const char *before, const char *after, const char *command)
{
    char output[128], *plain;

    strcpy(ret->dir, "/tmp/shim-test-XXXXXX");
    assert_non_null(mkdtemp(ret->dir));
    snprintf(output, sizeof output, "%s/%%e.%%p", ret->dir);
    plain = said("", before, after, output, command);
    ret->said = said(SHIM_PATH, before, after, output, command);
    assert_string_equal(plain, ret->said);
    free(plain);
    check_profiles(ret);
}

void same_run(struct same *ret, const char *before, const char *after, const char *command)
{
    run(ret, before, after, command);
    assert_int_equal(ret->lost, 0);
}

void same_run_losing(struct same *ret, const char *command) { run(ret, NULL, NULL, command); }

bool same_profile(const struct same *s, const char *name, struct peek *ret)
{
    glob_t all = {0};
    bool found;

    find(s, name, &all);
    found = all.gl_pathc > 0 && peek_open(ret, all.gl_pathv[0]) == 0;
    globfree(&all);
    return found;
}

int same_profiles(const struct same *s, const char *name)
{
    glob_t all = {0};

    find(s, name, &all);
    const int ret = (int)all.gl_pathc;

    globfree(&all);
    return ret;
}

int same_profiles_with(const struct same *s, const char *name, const char *function,
                       uint64_t allocations)
{
    char module[128];
    glob_t all = {0};
    int ret = 0;

    snprintf(module, sizeof module, "/%s", name);
    find(s, name, &all);
    for (size_t i = 0; i < all.gl_pathc; i++) {
        struct peek p;

        assert_int_equal(peek_open(&p, all.gl_pathv[i]), 0);
        ret += peek_function(&p, module, function).allocations == allocations;
        peek_done(&p);
    }
    globfree(&all);
    return ret;
}

void same_done(struct same *s)
{
    glob_t all = {0};

    find(s, NULL, &all);
    for (size_t i = 0; i < all.gl_pathc; i++)
        unlink(all.gl_pathv[i]);
    globfree(&all);
    rmdir(s->dir);
    free(s->said);
    s->said = NULL;
}
