/* SPDX-License-Identifier: Apache-2.0 */
/* The store by itself, on SQLite files. */
#include "history.h"
#include "process.h"
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct report one_case(uint64_t batch1)
{
    struct builder b;

    builder_init(&b);
    builder_fact(&b, "exe", "/nowhere/driver");
    builder_fact(&b, "argc", "1");
    builder_fact(&b, "argv0", "driver");
    build_case(&b, "sma", 80000, batch1, 800000, 10);
    return report_of(&b);
}

static void open_store(struct history *ret, const char *file)
{
    assert_int_equal(history_open(ret, file, true), 0);
}

static void add(struct history *history, const char *commit, int64_t when, uint64_t batch1)
{
    struct report report = one_case(batch1);

    assert_int_equal(
        history_add(history,
                    &(struct history_entry){.commit = commit, .subject = "s", .committed = when},
                    &report),
        0);
    report_done(&report);
}

struct seen {
    size_t n;
    char commits[8][16];
    uint64_t values[8];
};

static void see_case(void *arg, const struct history_case *c)
{
    struct seen *seen = arg;

    assert_true(seen->n < 8);
    snprintf(seen->commits[seen->n], sizeof seen->commits[0], "%s", c->entry.commit);
    seen->values[seen->n++] = c->batch1_bytes;
}

static char *new_file(void)
{
    char *file = temporary_name("store");
    const int fd = mkstemp(file);

    assert_true(fd >= 0);
    close(fd);
    return file;
}

static void drop_file(char *file)
{
    unlink(file);
    free(file);
}

static void a_trend_is_in_order_of_time_and_cut_to_the_newest(void **state)
{
    struct history history;
    struct seen seen = {0};
    char *file = new_file();

    (void)state;
    open_store(&history, file);
    add(&history, "bbb", 20, 82000);
    add(&history, "aaa", 10, 81000);
    add(&history, "ccc", 30, 83000);
    assert_int_equal(history_trend(&history, "sma", 2, see_case, &seen), 0);
    assert_int_equal(seen.n, 2);
    assert_string_equal(seen.commits[0], "bbb");
    assert_string_equal(seen.commits[1], "ccc");
    assert_int_equal(seen.values[0], 82000);
    assert_int_equal(seen.values[1], 83000);
    history_close(&history);
    drop_file(file);
}

static void a_report_comes_back_as_it_was_stored(void **state)
{
    struct history history;
    struct report before = one_case(81000), after;
    char *file = new_file(), *first, *second, *id;

    (void)state;
    open_store(&history, file);
    add(&history, "abcdef", 1, 81000);
    assert_int_equal(history_load(&history, "abc", &after, &id), 0);
    assert_string_equal(id, "abcdef");
    first = rendered("json", &before, &(struct render_options){.all = true});
    second = rendered("json", &after, &(struct render_options){.all = true});
    assert_string_equal(first, second);
    free(first);
    free(second);
    free(id);
    report_done(&before);
    report_done(&after);
    history_close(&history);
    drop_file(file);
}

static void a_beginning_that_fits_two_commits_fits_none(void **state)
{
    struct history history;
    struct report report;
    char *file = new_file();

    (void)state;
    open_store(&history, file);
    add(&history, "abc1", 1, 81000);
    add(&history, "abc2", 2, 81000);
    assert_int_equal(history_load(&history, "abc", &report, NULL), -EEXIST);
    assert_int_equal(history_load(&history, "abd", &report, NULL), -ENOENT);
    assert_int_equal(history_load(&history, "abc%", &report, NULL), -ENOENT);
    history_close(&history);
    drop_file(file);
}

/* Whatever bytes of the file are changed: an answer or an error, never a crash. */
static void a_store_damaged_anywhere_is_an_answer_or_an_error(void **state)
{
    struct history history;
    char *file = new_file();
    unsigned seed = 99;
    int quiet, was;

    (void)state;
    open_store(&history, file);
    add(&history, "abcdef", 1, 81000);
    history_close(&history);
    was = dup(STDERR_FILENO);
    quiet = open("/dev/null", O_WRONLY);
    dup2(quiet, STDERR_FILENO);
    for (int round = 0; round < 150; round++) {
        const int fd = open(file, O_RDWR);
        const off_t size = lseek(fd, 0, SEEK_END);
        off_t at;
        unsigned char old, new;
        struct report report;
        struct seen seen = {0};

        seed = seed * 1103515245u + 12345u;
        at = (off_t)(seed >> 8) % size;
        new = (unsigned char)(seed >> 4);
        assert_int_equal(pread(fd, &old, 1, at), 1);
        assert_int_equal(pwrite(fd, &new, 1, at), 1);
        if (history_open(&history, file, false) == 0) {
            history_trend(&history, NULL, 0, see_case, &seen);
            if (history_load(&history, "abcdef", &report, NULL) == 0)
                report_done(&report);
            history_close(&history);
        }
        assert_int_equal(pwrite(fd, &old, 1, at), 1);
        close(fd);
    }
    dup2(was, STDERR_FILENO);
    close(was);
    close(quiet);
    drop_file(file);
}

static void an_address_is_printed_without_its_password(void **state)
{
    static const char *const addresses[][2] = {
        {"postgresql://u:secret@h/db", "u@h/db"},
        {"postgres://u:se:cret@h:5/db?sslmode=off&password=secret", "u@h:5/db"},
        {"postgresql://h/db?password=secret", "://h/db"}};

    (void)state;
    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
        char *shown = history_shown(addresses[i][0]);

        assert_null(strstr(shown, "secret"));
        assert_null(strstr(shown, "cret"));
        assert_non_null(strstr(shown, addresses[i][1]));
        free(shown);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_trend_is_in_order_of_time_and_cut_to_the_newest),
        cmocka_unit_test(a_report_comes_back_as_it_was_stored),
        cmocka_unit_test(a_beginning_that_fits_two_commits_fits_none),
        cmocka_unit_test(a_store_damaged_anywhere_is_an_answer_or_an_error),
        cmocka_unit_test(an_address_is_printed_without_its_password),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
