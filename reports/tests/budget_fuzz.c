/* SPDX-License-Identifier: Apache-2.0 */
/* Anything as a budget file: refused with its line, or read, checked on a report and its diff, and
 * the results written as JUnit and SARIF.
 *
 * Bytes from 0x80 on stand for words of the format, so that random bytes make sections and rules.
 */
#include "fuzz_input.h"

#include "budget.h"

#include <stdlib.h>
#include <string.h>

const char fuzz_sentence[] = "any_text_is_read_as_a_budget_without_a_fault";

static const char *const words[] = {
    "\n[check]\n",
    "\n[total]\n",
    "\n[scope ",
    "\n[function ",
    "\n[allow]\n",
    "]\n",
    "\nverdict-worse = ",
    "\nneedless-growth = ",
    "\nbatch1-growth = ",
    "on\n",
    "off\n",
    "4 KiB\n",
    "5 % 4 KiB\n",
    "1.5 MiB",
    "\nallocations = ",
    "\nallocated = ",
    "\npeak = ",
    "\ncopies = ",
    "\ncopied = ",
    "\nneedless = ",
    "\nuntouched = ",
    "\nleaked = ",
    "\nretained = ",
    "\nmetadata = ",
    "\nmode = ",
    "single\n",
    "batch\n",
    "sma",
    "sma*",
    "*",
    "[a-z]?",
    "\npeak total = 2030-01-31 why\n",
    "verdict-worse ",
    " = 2020-02-30 ",
    " = 2020-02-29 because\n",
    " # comment\n",
    "99999999999999999999",
    "18446744073709551615",
    "1e308 TiB",
    "0\n",
    "\r\n",
    "\n",
    " ",
    "=",
    "%",
    "-1",
};

static char *spelled(const uint8_t *data, size_t size, size_t *ret_size)
{
    char *text = NULL;
    FILE *out = open_memstream(&text, ret_size);

    if (!out)
        abort();
    for (size_t i = 0; i < size; i++)
        if (data[i] < 0x80)
            putc(data[i], out);
        else
            fputs(words[(data[i] & 0x7f) % (sizeof words / sizeof *words)], out);
    fclose(out);
    return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct report report;
    static struct diff same;
    static bool ready;
    char err[512];
    struct budget budget;
    size_t n;

    if (!ready) {
        unsigned char *profile = fuzz_good_profile(&n);
        struct fuzz_file file = fuzz_file(profile, n);
        if (report_load(&report, file.path, NULL, err, sizeof err) < 0 ||
            diff_reports(&same, &report, &report, NULL, NULL) < 0)
            abort();
        fuzz_file_done(&file);
        free(profile);
        ready = true;
    }
    char *text = spelled(data, size, &n);
    struct fuzz_file file = fuzz_file(text, n);
    const int r = budget_read(&budget, file.path, err, sizeof err);

    if (r < 0 && !err[0])
        abort();
    if (r == 0) {
        struct budget_results results = {0};
        char *written = NULL;
        size_t length;
        FILE *out = open_memstream(&written, &length);
        budget_check(&budget, &report, &same, 1700000000, &results);
        if (!out || budget_write_junit(&results, out) < 0 || budget_write_sarif(&results, out) < 0)
            abort();
        fclose(out);
        free(written);
        budget_results_done(&results);
        budget_done(&budget);
    }
    fuzz_file_done(&file);
    free(text);
    return 0;
}
