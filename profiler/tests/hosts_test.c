/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts of other make: allocators beside us, other languages' run-times, sanitizers, MPI. What they
 * print and how they end is the same to the byte, and where a count is known by heart it is right.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "same.h"

static struct same s;

static int tear_down(void **state)
{
    if (s.said != NULL)
        same_done(&s);
    return 0;
}

static void need(const char *program)
{
    char command[300];

    snprintf(command, sizeof command, "command -v %s >/dev/null", program);
    if (program[0] == '\0' || system(command) != 0)
        skip();
}

static struct peek_sums sums_of(const char *name, const char *function)
{
    char module[64];
    struct peek p;

    snprintf(module, sizeof module, "/%s", name);
    assert_true(same_profile(&s, name, &p));
    const struct peek_sums ret = peek_function(&p, module, function);

    peek_done(&p);
    return ret;
}

/* ---- allocators ---- */

static const char *const allocators[] = {"libjemalloc.so.2", "libtcmalloc_minimal.so.4",
                                         "libmimalloc.so.2"};
enum { N_ALLOCATORS = sizeof allocators / sizeof allocators[0] };

static void need_allocators(void)
{
    char command[128];

    for (size_t i = 0; i < N_ALLOCATORS; i++) {
        snprintf(command, sizeof command, "/sbin/ldconfig -p | grep -qF %s", allocators[i]);
        if (system(command) != 0)
            skip();
    }
}

static void family_is_counted(const char *name)
{
    const struct peek_sums sums = sums_of(name, "family_get");

    assert_int_equal(sums.allocations, 2 * 8 * 1000);
    assert_int_equal(sums.frees, 2 * 8 * 1000);
    assert_int_equal(same_profiles(&s, name), 2); /* the child's */
}

static void another_allocator_behind_us_is_counted_to_the_byte(void **state)
{
    need_allocators();
    for (size_t i = 0; i < N_ALLOCATORS; i++) {
        same_run(&s, NULL, allocators[i], VICTIMS_DIR "/family");
        family_is_counted("family");
        same_done(&s);
        same_run(&s, NULL, allocators[i], VICTIMS_DIR "/threads eight");
        assert_int_equal(sums_of("threads", "in_thread").allocations, 8 * (2 * 20000 + 100));
        assert_int_equal(sums_of("threads", "in_thread").peak_bytes, 8 * 100000);
        same_done(&s);
    }
}

static void another_allocator_before_us_is_left_alone(void **state)
{
    need_allocators();
    for (size_t i = 0; i < N_ALLOCATORS; i++) {
        same_run(&s, allocators[i], NULL, VICTIMS_DIR "/family");
        assert_int_equal(sums_of("family", "family_get").allocations, 0);
        assert_string_equal(s.said, "0 wrong\n0 wrong in the child\n[1024]");
        same_done(&s);
    }
}

static void an_allocator_that_the_program_is_linked_with_is_counted_to_the_byte(void **state)
{
    static const char *const names[] = {"family-jemalloc", "family-tcmalloc", "family-mimalloc"};

    need_allocators();
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char command[512];

        snprintf(command, sizeof command, "%s/%s", VICTIMS_DIR, names[i]);
        if (access(command, X_OK) != 0)
            skip();
        same_run(&s, NULL, NULL, command);
        family_is_counted(names[i]);
        same_done(&s);
    }
}

/* ---- sanitizers ---- */

static void a_sanitized_program_runs_as_without_us(void **state)
{
    static const char *const ways[] = {
        "gcc -fsanitize=address",   "gcc -fsanitize=address -static-libasan",
        "gcc -fsanitize=thread",    "gcc -fsanitize=leak",
        "gcc -fsanitize=undefined", "clang -fsanitize=address",
        "clang -fsanitize=thread",  "clang -fsanitize=memory"};

    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        char command[1024];

        /* setarch: where addresses are random in many bits, older run-times find no place */
        snprintf(command, sizeof command,
                 "P=$LD_PRELOAD; export LD_PRELOAD=; d=$(mktemp -d); export NOCOPY_OUTPUT; "
                 "echo 'char *f(char *); int puts(const char *); void *malloc(unsigned long); void "
                 "free(void *); int main(int c, char **v) { char *p = malloc(100); p[99] = 1; "
                 "puts(\"ran\"); free(p); return p == 0 ? 1 : 4; }' >$d/x.c; "
                 "%s -w $d/x.c -o $d/x && export LD_PRELOAD=$P && setarch -R sh -c \"$d/x; echo "
                 "\\$?\"; export LD_PRELOAD=; rm -r $d",
                 ways[i]);
        same_run(&s, NULL, NULL, command);
        assert_string_equal(s.said, "ran\n4\n[0]");
        assert_int_equal(same_profiles(&s, "x"), strstr(ways[i], "undefined") != NULL);
        same_done(&s);
    }
}

/* ---- languages ---- */

static void go_with_c_in_it_runs_as_without_us(void **state)
{
    need(GO_HOST);
    same_run(&s, NULL, NULL, GO_HOST);
    const struct peek_sums sums = sums_of("go_host", "go_host_get");

    assert_int_equal(sums.allocations, 8 * 500 * 2 + 100);
    assert_int_equal(sums.frees, sums.allocations);
    assert_int_equal(sums_of("go_host", "go_host_copy").copied_bytes, 8 * 500 * 1000);
}

static void rust_runs_as_without_us(void **state)
{
    need(RUST_HOST);
    same_run(&s, NULL, NULL, RUST_HOST);
    struct peek p;

    assert_true(same_profile(&s, "rust_host", &p));
    uint64_t n = 0;

    for (uint64_t i = 1; i < peek_count(&p, NC_COUNTS); i++) {
        const struct nc_counts *c = peek_at(&p, NC_COUNTS, i);

        n += c->allocated_bytes == 1234 * c->allocations ? c->allocations : 0;
    }
    assert_int_equal(n, 1000); /* of rust_host_get(), whose name is mangled and may be inlined */
    peek_done(&p);
}

static void java_with_its_compiler_runs_as_without_us(void **state)
{
    need("java");
    same_run(&s, NULL, NULL, "java " HOSTS_DIR "/Host.java");
}

static void ruby_runs_as_without_us(void **state)
{
    need("ruby");
    same_run(&s, NULL, NULL, "cd " HOSTS_DIR " && ruby host.rb");
    assert_int_equal(same_profiles(&s, NULL), 2);
}

static void node_runs_as_without_us(void **state)
{
    need("node");
    same_run(&s, NULL, NULL, "node " HOSTS_DIR "/host.js");
    assert_int_equal(same_profiles(&s, "node"), 1);
}

/* ---- threads of others ---- */

static void openmp_threads_are_counted_to_the_byte(void **state)
{
    same_run(&s, NULL, NULL, "export OMP_NUM_THREADS=6; " VICTIMS_DIR "/openmp");
    const struct peek_sums sums = sums_of("openmp", "omp_get");

    assert_int_equal(sums.allocations, 60000 + 6 * 10);
    assert_int_equal(sums.frees, sums.allocations);
    assert_int_equal(sums.allocated_bytes, 60000ul * 100 + 6ul * 10 * 5000);
}

static void every_rank_of_mpi_has_a_profile(void **state)
{
    need("mpirun");
    need(MPI_HOST);
    same_run(&s, NULL, NULL,
             "export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1; "
             "mpirun --oversubscribe -n 4 " MPI_HOST);
    assert_int_equal(same_profiles_with(&s, "mpi_host", "mpi_host_get", 40), 4);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_teardown(f, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(another_allocator_behind_us_is_counted_to_the_byte),
        TEST(another_allocator_before_us_is_left_alone),
        TEST(an_allocator_that_the_program_is_linked_with_is_counted_to_the_byte),
        TEST(a_sanitized_program_runs_as_without_us),
        TEST(go_with_c_in_it_runs_as_without_us),
        TEST(rust_runs_as_without_us),
        TEST(java_with_its_compiler_runs_as_without_us),
        TEST(ruby_runs_as_without_us),
        TEST(node_runs_as_without_us),
        TEST(openmp_threads_are_counted_to_the_byte),
        TEST(every_rank_of_mpi_has_a_profile),
    };

    return cmocka_run_group_tests_name("hosts", tests, NULL, NULL);
}
