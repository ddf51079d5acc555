/* SPDX-License-Identifier: Apache-2.0 */
/* Whole programs under the shim with every stack compared with libunwind's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <nocopy/profile_format.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct sums {
    uint64_t profiles, unwound, checked, differences, nodes, guessed;
};

static char folder[] = "/tmp/nocopy-self-check-XXXXXX";

static void count_nodes(const char *file, const struct nc_header *h, struct sums *ret)
{
    uint64_t at = NC_HEADER_SIZE, left = h->count[NC_NODES];

    while (at + sizeof(struct nc_section) <= h->end) {
        const struct nc_section *s = (const void *)(file + at);
        const struct nc_node *nodes = (const void *)(s + 1);
        uint64_t len = s->kind == NC_NODES ? s->size / sizeof *nodes : 0;

        len = len < left ? len : left;
        left -= len;
        ret->nodes += len;
        for (uint64_t i = 0; i < len; i++)
            ret->guessed += (nodes[i].flags & NC_NODE_GUESSED) != 0;
        at += (sizeof *s + s->size + NC_PAGE - 1) / NC_PAGE * NC_PAGE;
    }
}

static const char *fact(const char *file, const char *wanted)
{
    const struct nc_section *run = (const void *)(file + NC_HEADER_SIZE);
    const char *at = (const char *)(run + 1), *end = at + run->size;

    while (at < end && *at) {
        const char *value = at + strlen(at) + 1;

        if (strcmp(at, wanted) == 0)
            return value;
        at = value + strlen(value) + 1;
    }
    return "";
}

static void add_profile(const char *path, struct sums *ret)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    const struct nc_header *h;
    const char *file;

    assert_true(fd >= 0 && fstat(fd, &st) == 0);
    file = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    assert_true(file != MAP_FAILED);
    h = (const void *)file;
    assert_memory_equal(h->magic, NC_MAGIC, 8);
    ret->profiles++;
    ret->unwound += h->unwound;
    ret->checked += h->checked;
    ret->differences += h->check_differences;
    if (h->check_differences)
        print_error("%s: %s\n", path, fact(file, "self-check"));
    count_nodes(file, h, ret);
    munmap((void *)(uintptr_t)file, (size_t)st.st_size);
}

static struct sums take_profiles(void)
{
    struct sums ret = {0};
    DIR *dir = opendir(folder);

    assert_non_null(dir);
    for (const struct dirent *e; (e = readdir(dir));) {
        char path[512];

        snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
        if (!strstr(e->d_name, ".prof"))
            continue;
        add_profile(path, &ret);
        unlink(path);
    }
    closedir(dir);
    return ret;
}

static bool have(const char *program)
{
    char command[300];

    snprintf(command, sizeof command, "command -v %s >/dev/null 2>&1", program);
    return system(command) == 0;
}

/* Run a shell command in the folder, under the shim from its start on. */
static struct sums run(const char *command)
{
    int status;
    const pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        char output[256];

        snprintf(output, sizeof output, "%s/%%e.%%p.prof", folder);
        setenv("NOCOPY_OUTPUT", output, 1);
        setenv("NOCOPY_SELF_CHECK", "1", 1);
        setenv("LD_PRELOAD", SHIM, 1);
        if (chdir(folder) == 0)
            execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    return take_profiles();
}

enum { GUESSES = 1 };

static void agrees(const char *program, const char *command, uint64_t stacks, int flags)
{
    struct sums s;

    if (!have(program))
        skip();
    s = run(command);
    print_message("# %s: %lu processes, %lu stacks, %lu compared, %lu nodes, %lu guessed\n",
                  program, s.profiles, s.unwound, s.checked, s.nodes, s.guessed);
    assert_true(s.unwound >= stacks);
    /* but few that found libunwind busy with other threads for too long */
    assert_true(s.checked * 100 >= s.unwound * 98);
    assert_int_equal(s.differences, 0);
    if (!(flags & GUESSES))
        assert_int_equal(s.guessed, 0);
}

static void edges_agree(void **state)
{
    static const char *const kinds[] = {EDGES_VICTIMS};

    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        agrees(kinds[i], kinds[i], 10000, 0);
}

static void gcc_agrees(void **state)
{
    (void)state;
    agrees("gcc", "gcc -O2 -D_GNU_SOURCE -c " EDGES_SOURCE " -o gcc.o", 10000, 0);
}

static void clang_agrees(void **state)
{
    (void)state;
    agrees("clang", "clang -O2 -D_GNU_SOURCE -c " EDGES_SOURCE " -o clang.o", 10000, 0);
}

static void cxx_agrees(void **state)
{
    (void)state;
    agrees(
        "g++",
        "printf '#include <map>\\n#include <string>\\nint main() { std::map<std::string, int> m; "
        "m[\"x\"] = 1; return m.size() == 1 ? 0 : 1; }' > m.cc && g++ -O1 -c m.cc -o m.o",
        100000, 0);
}

static void python_agrees(void **state)
{
    (void)state;
    agrees("/usr/bin/python3",
           "PYTHONMALLOC=malloc /usr/bin/python3 -c 'import json; "
           "print(len([json.dumps({\"a\": i}) for i in range(1000)]))' > python.out",
           10000, 0);
}

static void git_agrees(void **state)
{
    (void)state;
    agrees(
        "git",
        "git init -q repo && cd repo && git config user.email a@b && git config user.name c && "
        "for i in 1 2 3; do echo $i > $i; git add $i; git commit -q -m $i; done; git log -p > log",
        1000, 0);
}

static void sqlite_agrees(void **state)
{
    (void)state;
    agrees("sqlite3",
           "sqlite3 :memory: 'create table t(a, b); with recursive c(x) as (select 1 union all "
           "select x + 1 from c where x < 3000) insert into t select x, hex(randomblob(9)) from c; "
           "create index i on t(b); select * from t order by b limit 3' > sqlite.out",
           1000, 0);
}

static void perl_agrees(void **state)
{
    (void)state;
    agrees("perl",
           "perl -e 'for (1..3000) { $h{$_} = \"x\" x $_ } print sort values %h' > perl.out", 1000,
           0);
}

/* Its compiled code has no unwind rules: there both guess, and are compared up to the guess. */
static void node_agrees(void **state)
{
    (void)state;
    agrees("node",
           "node -e 'const a = []; for (let i = 0; i < 5000; i++) a.push({x: i, s: \"k\" + i}); "
           "console.log(JSON.stringify(a).length)' > node.out",
           10000, GUESSES);
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    char command[100];

    (void)state;
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

/* self_check_test large: the programs that take longer. */
int main(int argc, char **argv)
{
    const struct CMUnitTest small[] = {
        cmocka_unit_test(edges_agree), cmocka_unit_test(python_agrees),
        cmocka_unit_test(git_agrees),  cmocka_unit_test(sqlite_agrees),
        cmocka_unit_test(perl_agrees),
    };
    const struct CMUnitTest large[] = {
        cmocka_unit_test(gcc_agrees),
        cmocka_unit_test(clang_agrees),
        cmocka_unit_test(cxx_agrees),
        cmocka_unit_test(node_agrees),
    };

    (void)argv;
    return argc > 1 ? cmocka_run_group_tests(large, make_folder, remove_folder)
                    : cmocka_run_group_tests(small, make_folder, remove_folder);
}
