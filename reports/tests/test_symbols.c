/* SPDX-License-Identifier: Apache-2.0 */
/* Names and lines of this program's own code, known by heart. */
#include "support.h"

#include "pool.h"
#include "source_path.h"
#include "symbols.h"

#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static uint64_t bias;

static int find_bias(struct dl_phdr_info *info, size_t size, void *data)
{
    bias = info->dlpi_addr; /* the program itself comes first */
    return 1;
}

static struct symbols *own(struct pool *pool)
{
    static char path[512];
    const ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);

    assert_true(n > 0);
    path[n] = '\0';
    dl_iterate_phdr(find_bias, NULL);
    struct symbols *s = symbols_new(pool, path, NULL, 0, NULL);
    assert_non_null(s);
    return s;
}

static __attribute__((noinline)) void *outer(int *ret_line)
{
    void *here = NULL;

    *ret_line = __LINE__ + 1;
    __asm__ volatile("lea 0(%%rip), %0" : "=r"(here));
    return here;
}

static inline __attribute__((always_inline)) void *inner(int *ret_line)
{
    void *here = NULL;

    *ret_line = __LINE__ + 1;
    __asm__ volatile("lea 0(%%rip), %0" : "=r"(here));
    return here;
}

static __attribute__((noinline)) void *around(int *ret_inner, int *ret_call)
{
    *ret_call = __LINE__ + 1;
    void *here = inner(ret_inner);
    __asm__ volatile("" ::: "memory");
    return here;
}

static void an_address_has_its_function_file_and_line(void **state)
{
    struct symbols_frame frames[8];
    struct pool *pool = pool_new();
    struct symbols *s = own(pool);
    int line;
    const void *at = outer(&line);
    const size_t n = symbols_lookup(s, (uintptr_t)at - bias - 1, frames, 8);

    assert_int_equal(symbols_kind(s), SYMBOLS_DWARF);
    assert_int_equal(n, 1);
    assert_string_equal(frames[0].function, "outer");
    assert_int_equal(frames[0].line, line);
    assert_string_equal(frames[0].file, "reports/tests/test_symbols.c");
    assert_false(frames[0].inlined);
    assert_in_range(frames[0].decl_line, line - 6, line - 1);
    symbols_free(s);
    pool_free(pool);
}

static void an_inlined_function_has_a_frame_of_its_own(void **state)
{
    struct symbols_frame frames[8];
    struct pool *pool = pool_new();
    struct symbols *s = own(pool);
    int line, call;
    const void *at = around(&line, &call);
    const size_t n = symbols_lookup(s, (uintptr_t)at - bias - 1, frames, 8);

    assert_int_equal(n, 2);
    assert_string_equal(frames[0].function, "inner");
    assert_true(frames[0].inlined);
    assert_int_equal(frames[0].line, line);
    assert_string_equal(frames[1].function, "around");
    assert_int_equal(frames[1].line, call);
    assert_int_equal(symbols_lookup(s, (uintptr_t)at - bias - 1, frames, 1), 1);
    assert_string_equal(frames[0].function, "around"); /* the outermost is kept */
    symbols_free(s);
    pool_free(pool);
}

static void without_a_file_there_is_module_and_offset(void **state)
{
    struct symbols_frame frame;
    struct pool *pool = pool_new();
    struct symbols *s = symbols_new(pool, "/nowhere/libx.so.1", NULL, 0, NULL);

    assert_int_equal(symbols_lookup(s, 0x1234, &frame, 1), 1);
    assert_string_equal(frame.function, "libx.so.1+0x1234");
    assert_string_equal(frame.file, "");
    assert_int_equal(symbols_kind(s), SYMBOLS_MISSING);
    symbols_free(s);
    pool_free(pool);
}

static void a_file_that_was_rebuilt_since_is_not_believed(void **state)
{
    static const uint8_t other[20] = {1, 2, 3};
    struct pool *pool = pool_new();
    struct symbols *s = symbols_new(pool, "/proc/self/exe", other, sizeof other, NULL);

    assert_int_equal(symbols_kind(s), SYMBOLS_DIFFERS);
    symbols_free(s);
    pool_free(pool);
}

static void cpp_and_rust_names_are_demangled(void **state)
{
    struct pool *pool = pool_new();

    assert_string_equal(symbols_demangle(pool, "_Znwm"), "operator new(unsigned long)");
    assert_string_equal(symbols_demangle(pool, "_ZN4core3fmt5write17h0123456789abcdefE"),
                        "core::fmt::write");
    assert_string_equal(symbols_demangle(pool, "_RNvC5crate4main"), "crate::main");
    assert_string_equal(symbols_demangle(pool, "plain"), "plain");
    assert_string_equal(symbols_demangle(pool, "_Zbroken"), "_Zbroken");
    pool_free(pool);
}

static void files_are_shown_relative_where_that_makes_sense(void **state)
{
    static const char *const cases[][4] = {
        {"/x/build/../src/a.c", "/x/build", "src/a.c", "/x/src/a.c"},
        {"../src/a.c", "/x/build", "src/a.c", "/x/src/a.c"},
        {"/x/a.c", "/x", "a.c", "/x/a.c"},
        {"/usr/include/c++/12/vector", "/x/build", "/usr/include/c++/12/vector",
         "/usr/include/c++/12/vector"},
        {"./b//c/./d.c", "/x", "b/c/d.c", "/x/b/c/d.c"}};
    struct pool *pool = pool_new();

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *file, *path;
        source_path(pool, cases[i][0], cases[i][1], &file, &path);
        assert_string_equal(file, cases[i][2]);
        assert_string_equal(path, cases[i][3]);
    }
    pool_free(pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_has_its_function_file_and_line),
        cmocka_unit_test(an_inlined_function_has_a_frame_of_its_own),
        cmocka_unit_test(without_a_file_there_is_module_and_offset),
        cmocka_unit_test(a_file_that_was_rebuilt_since_is_not_believed),
        cmocka_unit_test(cpp_and_rust_names_are_demangled),
        cmocka_unit_test(files_are_shown_relative_where_that_makes_sense),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
