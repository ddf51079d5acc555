/* SPDX-License-Identifier: Apache-2.0 */
/* What CI systems read: JUnit for the test tab, SARIF for the lines of a change. */
#include "budget.h"
#include "sarif.h"

#include <errno.h>
#include <string.h>

/* Length of the UTF-8 sequence at `s`, 0 when it is none (or not allowed in XML). */
static int sequence(const unsigned char *s)
{
    const int n = s[0] < 0x80 ? 1 : s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
    static const unsigned least[] = {0, 0, 0x80, 0x800, 0x10000};
    unsigned c = n == 1 ? s[0] : s[0] & (0x7fu >> n);

    if (n == 1)
        return s[0] >= ' ' || s[0] == '\t' || s[0] == '\n';
    if (s[0] < 0xc2 || s[0] > 0xf4)
        return 0;
    for (int i = 1; i < n; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
        c = c << 6 | (s[i] & 0x3f);
    }
    return c >= least[n] && c <= 0x10ffff && (c & 0xf800) != 0xd800 && c != 0xfffe && c != 0xffff
               ? n
               : 0;
}

/* Text for an XML attribute or element, with U+FFFD for what XML cannot hold. */
static void put_xml(const char *text, FILE *out)
{
    for (const unsigned char *s = (const unsigned char *)text; *s;) {
        const int n = sequence(s);

        if (n == 0)
            fputs("\xef\xbf\xbd", out);
        else if (n > 1)
            fwrite(s, 1, (size_t)n, out);
        else if (*s == '<' || *s == '>' || *s == '&' || *s == '"' || *s == '\n')
            fprintf(out, "&#%d;", *s);
        else
            fputc(*s, out);
        s += n ? n : 1;
    }
}

static void put_case(const struct budget_result *r, FILE *out)
{
    fputs("    <testcase classname=\"nocopy.", out);
    put_xml(r->rule, out);
    fputs("\" name=\"", out);
    put_xml(r->scope, out);
    fputs("\"", out);
    if (r->site.file && r->site.file[0]) {
        fputs(" file=\"", out);
        put_xml(r->site.file, out);
        fprintf(out, "\" line=\"%u\"", r->site.line);
    }
    if (!r->violated && !r->allowed) {
        fputs("/>\n", out);
        return;
    }
    fputs(r->violated ? ">\n      <failure type=\"" : ">\n      <skipped message=\"", out);
    if (r->violated) {
        put_xml(r->rule, out);
        fputs("\" message=\"", out);
    } else {
        fputs("allowed until ", out);
        put_xml(r->allowed->until, out);
        fputs(" (", out);
        put_xml(r->allowed->reason, out);
        fputs("): ", out);
    }
    put_xml(r->message, out);
    fputs("\"/>\n    </testcase>\n", out);
}

int budget_write_junit(const struct budget_results *results, FILE *out)
{
    size_t skipped = 0;

    for (size_t i = 0; i < results->len; i++)
        skipped += results->at[i].allowed != NULL;
    fprintf(out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
            "  <testsuite name=\"nocopy check\" tests=\"%zu\" failures=\"%zu\" errors=\"0\" "
            "skipped=\"%zu\">\n",
            results->len, results->violations, skipped);
    for (size_t i = 0; i < results->len; i++)
        put_case(&results->at[i], out);
    fputs("  </testsuite>\n</testsuites>\n", out);
    return ferror(out) ? -EIO : 0;
}

/* The rules that are violated, each once. */
static json_t *rules_of(const struct budget_results *results)
{
    json_t *rules = json_array();

    for (size_t i = 0; i < results->len; i++) {
        bool seen = !results->at[i].violated;

        for (size_t j = 0; j < i && !seen; j++)
            seen = results->at[j].violated && strcmp(results->at[j].rule, results->at[i].rule) == 0;
        if (!seen)
            json_array_append_new(
                rules, sarif_rule(results->at[i].rule, "A budget of nocopy check is exceeded"));
    }
    return rules;
}

static json_t *violation(const struct budget_result *v)
{
    json_t *locations = json_array();
    struct report_site at = v->site;

    if (at.line == 0)
        at.line = 1; /* code hosts take no place without a line */
    if (at.file && at.file[0])
        json_array_append_new(locations, sarif_location(&at, NULL));
    return json_fields("ruleId", json_text(v->rule), "level", json_string("error"), "message",
                       json_fields("text", json_text(v->message), NULL), "locations", locations,
                       "partialFingerprints",
                       json_fields("nocopyScope/v1", json_text(v->scope), NULL), NULL);
}

int budget_write_sarif(const struct budget_results *results, FILE *file)
{
    struct json_out out = {.file = file, .filled = -1};

    sarif_begin(&out, rules_of(results));
    for (size_t i = 0; i < results->len; i++)
        if (results->at[i].violated)
            json_put(&out, NULL, violation(&results->at[i]));
    sarif_end(&out);
    return out.error ? out.error : ferror(file) ? -EIO : 0;
}
