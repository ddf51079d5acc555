/* SPDX-License-Identifier: Apache-2.0 */
/* Names that mean harm go through every format and come out harmless. */
#include "support.h"

#include "utf8.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static char long_name[10001];

static const char *const hostile[] = {"</script><script>alert(1)</script>",
                                      "\"><svg onload=alert(1)>",
                                      "<!--",
                                      "memcpy@plt",
                                      "a\u202eb",
                                      "",
                                      "\xff\xfe\xc0\x80",
                                      "=1+1",
                                      "x;y z",
                                      "a\nb\tc\033[31m",
                                      "`*_~|[x](y)#1",
                                      long_name};
#define N_HOSTILE (sizeof hostile / sizeof *hostile)

/* Every kind of string in the profile is hostile: modules (they name functions), scopes, facts. */
static struct report hostile_report(void)
{
    struct builder b;

    memset(long_name, 'n', sizeof long_name - 1);
    builder_init(&b);
    for (size_t i = 0; i < N_HOSTILE; i++) {
        const uint32_t module = builder_module(&b, hostile[i]);
        const uint32_t scope = builder_scope(&b, hostile[i], NC_MODE_BATCH);
        const uint32_t node = builder_node(&b, 0, module, 0x10, scope, 0);
        const struct nc_calls calls = {
            .scope = scope, .calls = 1, .combos = 8, .allocated_bytes = 800000, .allocations = 8};
        ((struct nc_scope *)builder_at(&b, NC_SCOPES, scope))->calls = 1;
        builder_blocks(&b, node, 8, 100000, 8, 8);
        builder_add(&b, NC_CALLS, &calls);
        builder_fact(&b, "argv0", hostile[i]);
    }
    builder_fact(&b, "exe", hostile[0]);
    builder_fact(&b, "commit", hostile[1]);
    builder_fact(&b, "argc", "1");
    return report_of(&b);
}

static void no_hidden_character_is_left_in_text_for_people(void **state)
{
    static const char *const formats[] = {"text", "markdown", "folded", "csv"};
    const struct render_options all = {.all = true, .utf8 = true, .columns = 120};
    struct report r = hostile_report();

    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        char *text = rendered(formats[i], &r, &all);
        const char *s = text;
        for (uint32_t c; (c = utf8_next(&s)) != 0;)
            assert_false(utf8_hidden(c) && c != '\n' && c != '\r');
        free(text);
    }
    report_done(&r);
}

static void text_without_utf8_is_ascii(void **state)
{
    const struct render_options ascii = {.all = true, .columns = 80};
    struct report r = hostile_report();
    char *text = rendered("text", &r, &ascii);

    for (const char *s = text; *s; s++)
        assert_in_range((unsigned char)*s, '\n', '~');
    free(text);
    report_done(&r);
}

static void json_formats_are_json_whatever_the_names(void **state)
{
    static const char *const formats[] = {"json", "sarif", "speedscope"};
    struct report r = hostile_report();

    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        json_error_t error;
        char *text = rendered(formats[i], &r, NULL);
        json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &error);
        if (!root)
            fail_msg("%s: line %d: %s", formats[i], error.line, error.text);
        json_decref(root);
        free(text);
    }
    report_done(&r);
}

static void json_has_every_key_of_the_contract(void **state)
{
    static const char *const keys[][2] = {
        {"run", "command exe pid host started duration_ns commit exit complete lost_events sampled "
                "processes threads"},
        {"totals",
         "allocations allocated_bytes frees freed_bytes leaked_blocks leaked_bytes peak_bytes "
         "peak_blocks temporary_allocations copies copied_bytes duplicate_bytes needless_bytes "
         "untouched_bytes"},
        {"functions", "name line module allocations allocated_bytes freed_bytes leaked_bytes "
                      "peak_bytes copies copied_bytes"},
        {"scopes", "name mode site calls combos allocations allocated_bytes peak_bytes "
                   "retained_bytes temporary_bytes copied_bytes needless_bytes untouched_bytes "
                   "metadata_bytes minimum_bytes"},
        {"efficiency", "indicator single_bytes batch1_bytes overhead_percent status batch_rows "
                       "batch_bytes bytes_per_row row_overhead_percent row_status"},
        {"findings", "id kind severity scope mode bytes count where copied source evidence advice"},
        {"stacks", "frames allocations"}};
    struct report r = hostile_report();
    char *text = rendered("json", &r, NULL);
    json_t *root = json_loads(text, 0, NULL);

    assert_string_equal(json_string_value(json_object_get(root, "format")), "nocopy-report");
    assert_int_equal(json_integer_value(json_object_get(root, "version")), 1);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const json_t *of = json_object_get(root, keys[i][0]);
        char list[512];
        if (json_is_array(of))
            of = json_array_get(of, 0);
        assert_true(json_is_object(of));
        strcpy(list, keys[i][1]);
        for (char *save, *key = strtok_r(list, " ", &save); key; key = strtok_r(NULL, " ", &save))
            if (!json_object_get(of, key))
                fail_msg("%s has no %s", keys[i][0], key);
    }
    json_decref(root);
    free(text);
    report_done(&r);
}

static void markdown_neither_mentions_nor_makes_elements(void **state)
{
    struct report r = hostile_report();
    char *text = rendered("markdown", &r, NULL);

    assert_null(strstr(text, "<script"));
    assert_null(strstr(text, "<svg"));
    assert_null(strchr(text, '@'));
    assert_in_range(strlen(text), 1, 65536);
    free(text);
    report_done(&r);
}

static void csv_cells_are_no_formulas(void **state)
{
    struct report r = hostile_report();
    char *text = rendered("csv", &r, NULL);

    assert_non_null(strstr(text, "\"'=1+1"));
    assert_null(strstr(text, "\"=1+1"));
    free(text);
    report_done(&r);
}

/* The line of the block that would go, that of the copy, and that of the original. */
static void text_markdown_json_and_sarif_name_all_lines_of_a_finding(void **state)
{
    static const char *const formats[] = {"text", "markdown", "json", "sarif"};
    static const char *const sites[] = {"app+0x200", "app+0x300", "app+0x400"};
    struct builder b;
    builder_init(&b);
    const uint32_t app = builder_module(&b, "/nowhere/app");
    const uint32_t source =
        builder_blocks(&b, builder_node(&b, 0, app, 0x200, 0, 0), 1, 2000000, 1, 0);
    const uint32_t copy =
        builder_blocks(&b, builder_node(&b, 0, app, 0x300, 0, 0), 1, 2000000, 1, 0);
    const struct nc_match match = {
        .source = source,
        .destination = copy,
        .copy = builder_copies(&b, builder_node(&b, 0, app, 0x400, 0, 0), 1, 2000000),
        .flags = NC_MATCH_SOURCE_LIVED,
        .pairs = 1,
        .bytes = 2000000};
    builder_add(&b, NC_MATCHES, &match);
    struct report r = report_of(&b);

    assert_int_equal(r.n_findings, 1);
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        char *text = rendered(formats[i], &r, NULL);
        for (size_t k = 0; k < sizeof sites / sizeof *sites; k++)
            if (!strstr(text, sites[k]))
                fail_msg("%s says nothing of %s", formats[i], sites[k]);
        free(text);
    }
    report_done(&r);
}

static void every_format_takes_an_empty_profile(void **state)
{
    for (size_t i = 0; renderers[i]; i++) {
        struct builder b;
        builder_init(&b);
        struct report r = report_of(&b);
        free(rendered(renderers[i]->name, &r, NULL));
        report_done(&r);
    }
}

static void the_same_profile_gives_the_same_bytes(void **state)
{
    for (size_t i = 0; renderers[i]; i++) {
        struct report a = hostile_report(), b = hostile_report();
        char *x = rendered(renderers[i]->name, &a, NULL),
             *y = rendered(renderers[i]->name, &b, NULL);
        assert_string_equal(x, y);
        free(x);
        free(y);
        report_done(&a);
        report_done(&b);
    }
}

static void a_format_is_known_by_name_and_by_the_longest_ending(void **state)
{
    assert_string_equal(renderer_by_file("x/report.html")->name, "html");
    assert_string_equal(renderer_by_file("a.json")->name, "json");
    assert_string_equal(renderer_by_file("a.speedscope.json")->name, "speedscope");
    assert_string_equal(renderer_by_file("a.pb.gz")->name, "pprof");
    assert_null(renderer_by_file("a.unknown"));
    assert_null(renderer_by_file(".json"));
    assert_null(renderer_by_name("xml"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_hidden_character_is_left_in_text_for_people),
        cmocka_unit_test(text_without_utf8_is_ascii),
        cmocka_unit_test(json_formats_are_json_whatever_the_names),
        cmocka_unit_test(json_has_every_key_of_the_contract),
        cmocka_unit_test(markdown_neither_mentions_nor_makes_elements),
        cmocka_unit_test(csv_cells_are_no_formulas),
        cmocka_unit_test(text_markdown_json_and_sarif_name_all_lines_of_a_finding),
        cmocka_unit_test(every_format_takes_an_empty_profile),
        cmocka_unit_test(the_same_profile_gives_the_same_bytes),
        cmocka_unit_test(a_format_is_known_by_name_and_by_the_longest_ending),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
