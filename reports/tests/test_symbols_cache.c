/* SPDX-License-Identifier: Apache-2.0 */
/* Names that are kept between runs: the same as were put in, or none. */
#include "support.h"

#include "pool.h"
#include "symbols_cache.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const uint8_t id[20] = {0xab, 0xcd, 1, 2, 3, 4};
static char folder[512], file[600];

static int begin(void **state)
{
    snprintf(folder, sizeof folder, "%s/names", scratch("cache"));
    snprintf(file, sizeof file, "%s/abcd010203040000000000000000000000000000-84222325.names",
             folder);
    unlink(file);
    return 0;
}

static struct symbols_cache *opened(struct pool *pool)
{
    return symbols_cache_open(pool, folder, id, sizeof id, "");
}

/* Frames of an address, by its number. */
static size_t frames_of(struct pool *pool, uint64_t address, struct symbols_frame *ret)
{
    const size_t n = 1 + address % 3;

    for (size_t i = 0; i < n; i++)
        ret[i] = (struct symbols_frame){
            .function = pool_printf(pool, "f%llu", (unsigned long long)(address + i)),
            .linkage = i ? "" : "_Zf",
            .file = "a.c",
            .path = "",
            .line = (uint32_t)(address + i),
            .decl_file = "a.c",
            .decl_line = 7,
            .inlined = i + 1 < n};
    return n;
}

static void put(uint64_t from, uint64_t to)
{
    struct pool *pool = pool_new();
    struct symbols_cache *c = opened(pool);
    struct symbols_frame frames[4];

    for (uint64_t a = to; a-- > from;)
        symbols_cache_add(c, a, frames, frames_of(pool, a, frames));
    symbols_cache_close(c, SYMBOLS_DWARF, "GNU C");
    pool_free(pool);
}

/* How many of the addresses are there; each is whole. */
static size_t found(uint64_t from, uint64_t to)
{
    struct pool *pool = pool_new();
    struct symbols_cache *c = opened(pool);
    struct symbols_frame had[4], wanted[4];
    size_t ret = 0;

    for (uint64_t a = from; a < to; a++) {
        const size_t n = symbols_cache_find(c, a, had, 4);
        if (n == 0)
            continue;
        assert_int_equal(n, frames_of(pool, a, wanted));
        for (size_t i = 0; i < n; i++) {
            assert_string_equal(had[i].function, wanted[i].function);
            assert_string_equal(had[i].linkage, wanted[i].linkage);
            assert_string_equal(had[i].file, "a.c");
            assert_string_equal(had[i].decl_file, "a.c");
            assert_int_equal(had[i].line, wanted[i].line);
            assert_int_equal(had[i].decl_line, 7);
            assert_int_equal(had[i].inlined, wanted[i].inlined);
        }
        ret++;
    }
    symbols_cache_close(c, SYMBOLS_DWARF, "");
    pool_free(pool);
    return ret;
}

static void what_was_put_in_is_found_again(void **state)
{
    struct pool *pool = pool_new();
    enum symbols_kind kind;
    const char *producer;

    assert_int_equal(found(0, 100), 0);
    put(10, 50);
    assert_int_equal(found(0, 100), 40);
    put(50, 60); /* joins what is there */
    assert_int_equal(found(0, 100), 50);
    struct symbols_cache *c = opened(pool);
    assert_true(symbols_cache_known(c, &kind, &producer));
    assert_int_equal(kind, SYMBOLS_DWARF);
    assert_string_equal(producer, "GNU C");
    symbols_cache_close(c, kind, producer);
    /* Another debug file, another object: other names. */
    c = symbols_cache_open(pool, folder, id, sizeof id, "/usr/lib/debug/x.debug");
    assert_false(symbols_cache_known(c, &kind, &producer));
    symbols_cache_close(c, kind, producer);
    pool_free(pool);
}

static void without_a_folder_or_an_id_nothing_is_kept(void **state)
{
    struct pool *pool = pool_new();
    struct symbols_frame frame = {.function = "f"};

    assert_null(symbols_cache_open(pool, NULL, id, sizeof id, ""));
    assert_null(symbols_cache_open(pool, folder, id, 0, ""));
    assert_int_equal(symbols_cache_find(NULL, 1, &frame, 1), 0);
    symbols_cache_add(NULL, 1, &frame, 1);
    symbols_cache_close(NULL, SYMBOLS_NONE, "");
    /* A folder that cannot be made is no error either. */
    struct symbols_cache *c = symbols_cache_open(pool, "/dev/null/x", id, sizeof id, "");
    symbols_cache_add(c, 1, &frame, 1);
    symbols_cache_close(c, SYMBOLS_NONE, "");
    pool_free(pool);
}

static void a_damaged_file_is_as_good_as_none(void **state)
{
    static unsigned char good[1 << 16], bad[1 << 16];
    FILE *f;

    put(0, 30);
    assert_non_null(f = fopen(file, "rb"));
    const size_t n = fread(good, 1, sizeof good, f);
    fclose(f);
    assert_in_range(n, 100, sizeof good - 1);
    for (size_t i = 0; i < 2 * n; i += 7) { /* a byte changed, then an end cut off */
        memcpy(bad, good, n);
        bad[i % n] ^= 0x41;
        assert_non_null(f = fopen(file, "wb"));
        fwrite(bad, 1, i < n ? n : i - n, f);
        fclose(f);
        assert_int_equal(found(0, 30), 0);
    }
    put(0, 30); /* and it is replaced */
    assert_int_equal(found(0, 30), 30);
}

static void writers_at_once_leave_a_whole_file(void **state)
{
    enum { WRITERS = 8 };

    for (int i = 0; i < WRITERS; i++)
        if (fork() == 0) {
            for (int k = 0; k < 20; k++)
                put((uint64_t)i * 100, (uint64_t)i * 100 + 100);
            _exit(0);
        }
    for (int i = 0; i < WRITERS; i++) {
        int status;
        assert_true(wait(&status) > 0);
        assert_int_equal(status, 0);
    }
    /* The last one's at least, and nothing that nobody wrote. */
    assert_true(found(0, WRITERS * 100) >= 100);
}

static void what_was_not_used_for_longest_goes_first(void **state)
{
    struct stat st;
    char name[700];

    put(0, 1);
    for (int i = 0; i < 10; i++) {
        snprintf(name, sizeof name, "%s/old%d.names", folder, i);
        FILE *f = fopen(name, "wb");
        assert_non_null(f);
        for (int k = 0; k < 1000; k++)
            fputc('x', f);
        fclose(f);
        const struct timespec times[2] = {{.tv_sec = 1000 + i}, {.tv_sec = 1000 + i}};
        utimensat(AT_FDCWD, name, times, 0);
    }
    stat(file, &st);
    symbols_cache_shrink(folder, (uint64_t)st.st_size + 2500);
    for (int i = 0; i < 10; i++) {
        snprintf(name, sizeof name, "%s/old%d.names", folder, i);
        assert_int_equal(access(name, F_OK), i < 8 ? -1 : 0);
        unlink(name);
    }
    assert_int_equal(found(0, 1), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(what_was_put_in_is_found_again, begin),
        cmocka_unit_test_setup(without_a_folder_or_an_id_nothing_is_kept, begin),
        cmocka_unit_test_setup(a_damaged_file_is_as_good_as_none, begin),
        cmocka_unit_test_setup(writers_at_once_leave_a_whole_file, begin),
        cmocka_unit_test_setup(what_was_not_used_for_longest_goes_first, begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
