/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above before it */
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "html_data.h"
#include "html_escape.h"
#include "html_fixture.h"
#include "html_out.h"
#include "html_path.h"

/* What a function of nc_html_escape()'s kind writes. The caller frees. */
static char *written(void (*put)(FILE *out, const char *text), const char *text)
{
    char *ret = NULL;
    size_t size;
    FILE *out = open_memstream(&ret, &size);

    put(out, text);
    fclose(out);
    return ret;
}

static void assert_escape(const char *text, const char *want)
{
    char *got = written(nc_html_escape, text);

    assert_string_equal(got, want);
    free(got);
}

static void markup_becomes_text(void **state)
{
    assert_escape("</script><script>alert(1)</script>",
                  "&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;");
    assert_escape("\"><svg onload='x'>", "&quot;&gt;&lt;svg onload=&#39;x&#39;&gt;");
    assert_escape("a&amp;b", "a&amp;amp;b");
    assert_escape("", "");
}

static void bad_utf8_becomes_the_replacement_character(void **state)
{
    assert_escape("a\xff", "a\xef\xbf\xbd");
    assert_escape("\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd");                 /* overlong */
    assert_escape("\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"); /* surrogate */
    assert_escape("\xe2\x82", "\xef\xbf\xbd\xef\xbf\xbd");                 /* cut */
    assert_escape("\xe2\x82\xac", "\xe2\x82\xac");
}

static void hidden_characters_are_shown(void **state)
{
    assert_escape("a\xe2\x80\xae"
                  "b\n\x01",
                  "a\\u{202e}b\\u{a}\\u{1}");
}

static void a_nul_in_a_file_is_shown(void **state)
{
    char *got = NULL;
    size_t size;
    FILE *out = open_memstream(&got, &size);

    nc_html_escape_n(out, "a\0<", 3);
    fclose(out);
    assert_string_equal(got, "a\\u{0}&lt;");
    free(got);
}

static void names_for_json_are_valid_and_keep_markup(void **state)
{
    char *plain = nc_utf8_clean("<b>"), *bad = nc_utf8_clean("x\xff");

    assert_string_equal(plain, "<b>");
    assert_string_equal(bad, "x\xef\xbf\xbd");
    free(plain);
    free(bad);
}

static void links_are_percent_encoded(void **state)
{
    char *got = written(nc_url_escape, "a b&c=\"\xff");

    assert_string_equal(got, "a%20b%26c%3D%22%FF");
    free(got);
}

static void paths_name_no_home(void **state)
{
    assert_string_equal(html_path_short("/src/x", "/src/x/a/b.c"), "a/b.c");
    assert_string_equal(html_path_short("/src/x", "/src/xy/b.c"), "/src/xy/b.c");
    assert_string_equal(html_path_short("", "/home/someone/p/a.c"), "p/a.c");
    assert_string_equal(html_path_short("", "/home/someone"), "someone");
    assert_string_equal(html_path_short("", "/root/p/a.c"), "p/a.c");
    assert_string_equal(html_path_short("", "./a.c"), "a.c");
    assert_string_equal(html_path_short("", ""), "");
}

static void figures_have_three_digits_and_a_sign_where_asked(void **state)
{
    char b[HTML_AMOUNT];

    assert_string_equal(html_bytes_words(b, 0), "0");
    assert_string_equal(html_bytes_words(b, 80000), "78.1 KiB");
    assert_string_equal(html_delta_words(b, -5120000), MINUS "4.88 MiB");
    assert_string_equal(html_delta_words(b, INT64_MIN), MINUS "8.00 EiB");
    assert_string_equal(html_delta_words(b, 1), "+1 B");
    assert_string_equal(html_percent_words(b, 54.99), "+55.0 %");
    assert_string_equal(html_percent_words(b, -0.01), "0.0 %");
    assert_string_equal(html_time_words(b, 48000), "48.0 \xc2\xb5s");
    assert_string_equal(html_time_words(b, 0), "0 ns");
}

static void varints_are_leb128(void **state)
{
    struct html_bytes to = {0};

    html_bytes_varint(&to, 127);
    html_bytes_varint(&to, 128);
    html_bytes_varint(&to, UINT64_MAX);
    assert_int_equal(to.size, 13);
    assert_memory_equal(to.at, "\x7f\x80\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 13);
    html_bytes_done(&to);
}

/* A page made of a fixture, as text. */
static char *page_of(int (*make)(struct report *ret), struct render_options options)
{
    struct report report;
    char *ret = NULL;
    size_t size;
    FILE *out = open_memstream(&ret, &size);

    assert_int_equal(make(&report), 0);
    assert_int_equal(renderer_by_name("html")->report(&report, &options, out), 0);
    fclose(out);
    report_done(&report);
    return ret;
}

static int make_indicators(struct report *ret) { return fixture_indicators(ret, FIXTURE_BASE); }

static void the_same_report_gives_the_same_bytes(void **state)
{
    char *a = page_of(make_indicators, (struct render_options){0});
    char *b = page_of(make_indicators, (struct render_options){0});

    assert_string_equal(a, b);
    free(a);
    free(b);
}

static void what_comparing_cost_is_told_as_a_share_of_the_run(void **state)
{
    char *page = page_of(make_indicators, (struct render_options){0});

    assert_non_null(strstr(page, "<th scope=\"row\">Comparing took</th><td>100 ms of CPU, 6.2 % of "
                                 "the run&#39;s</td>"));
    free(page);
}

static void a_page_of_41_indicators_is_small(void **state)
{
    char *page = page_of(make_indicators, (struct render_options){0});

    assert_true(strlen(page) < 300000);
    free(page);
}

static void a_hostile_report_adds_no_script_and_no_tag(void **state)
{
    char *page = page_of(fixture_hostile, (struct render_options){0});
    size_t scripts = 0;

    for (const char *at = page; (at = strstr(at, "<script")); at++)
        scripts++;
    assert_int_equal(scripts, 2); /* the viewer and the data block */
    assert_null(strstr(page, "<svg onload"));
    assert_null(strstr(page, "\xe2\x80\xae"));
    assert_null(strstr(page, "<!--"));
    free(page);
}

/* A profile may name any file of the machine. */
static int make_prying(struct report *ret)
{
    static const struct report_place places[] = {
        {.at = {"f", "/etc/passwd", 1}, .module = "", .call = "", .scope = "", .path = ""},
        {.at = {"f", "secret.txt", 1}, .module = "", .call = "", .scope = "", .path = ""},
        {.at = {"f", "../../outside/../secret.c", 1},
         .module = "",
         .call = "",
         .scope = "",
         .path = ""},
    };
    const int r = fixture_plain(ret, true);

    ret->places = places;
    ret->n_places = sizeof places / sizeof *places;
    return r;
}

static void only_source_code_is_read(void **state)
{
    char folder[] = "/tmp/nocopy-html-XXXXXX", path[64];
    char *page;
    FILE *f;

    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/secret.txt", folder);
    f = fopen(path, "w");
    assert_non_null(f);
    fputs("hidden words\n", f);
    fclose(f);
    page = page_of(make_prying, (struct render_options){.source_root = folder});
    assert_null(strstr(page, "hidden words"));
    assert_null(strstr(page, "root:x:0"));
    free(page);
    unlink(path);
    rmdir(folder);
}

static void source_text_is_shown_in_part_in_whole_or_not_at_all(void **state)
{
    char folder[] = "/tmp/nocopy-html-XXXXXX", path[64];
    char *part, *full, *none;
    FILE *f;

    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/ta_kama.c", folder);
    f = fopen(path, "w");
    assert_non_null(f);
    for (int i = 1; i <= 260; i++)
        fprintf(f, "line_%d_of_kama\n", i);
    fclose(f);
    part = page_of(make_indicators, (struct render_options){.source_root = folder});
    full = page_of(make_indicators,
                   (struct render_options){.source_root = folder, .full_source = true});
    none =
        page_of(make_indicators, (struct render_options){.source_root = folder, .no_source = true});
    assert_non_null(strstr(part, "line_228_of_kama"));
    assert_non_null(strstr(part, "line_236_of_kama"));
    assert_null(strstr(part, "line_100_of_kama"));
    assert_non_null(strstr(full, "line_100_of_kama"));
    assert_null(strstr(none, "of_kama<"));
    assert_non_null(strstr(none, "left out (--no-source)"));
    free(part);
    free(full);
    free(none);
    unlink(path);
    rmdir(folder);
}

static void a_full_disk_is_an_error(void **state)
{
    struct render_options options = {0};
    struct report report;
    FILE *out = fopen("/dev/full", "w");

    if (!out)
        skip();
    assert_int_equal(make_indicators(&report), 0);
    assert_true(renderer_by_name("html")->report(&report, &options, out) < 0);
    fclose(out);
    report_done(&report);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(markup_becomes_text),
        cmocka_unit_test(bad_utf8_becomes_the_replacement_character),
        cmocka_unit_test(hidden_characters_are_shown),
        cmocka_unit_test(a_nul_in_a_file_is_shown),
        cmocka_unit_test(names_for_json_are_valid_and_keep_markup),
        cmocka_unit_test(links_are_percent_encoded),
        cmocka_unit_test(paths_name_no_home),
        cmocka_unit_test(figures_have_three_digits_and_a_sign_where_asked),
        cmocka_unit_test(varints_are_leb128),
        cmocka_unit_test(the_same_report_gives_the_same_bytes),
        cmocka_unit_test(what_comparing_cost_is_told_as_a_share_of_the_run),
        cmocka_unit_test(a_page_of_41_indicators_is_small),
        cmocka_unit_test(a_hostile_report_adds_no_script_and_no_tag),
        cmocka_unit_test(only_source_code_is_read),
        cmocka_unit_test(source_text_is_shown_in_part_in_whole_or_not_at_all),
        cmocka_unit_test(a_full_disk_is_an_error),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
