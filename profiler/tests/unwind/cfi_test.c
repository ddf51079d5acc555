/* SPDX-License-Identifier: Apache-2.0 */
/* The reader of .eh_frame on every function of the libraries at hand, and on damaged tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>
#include <dlfcn.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>

#include "cfi.h"
#include "unwind_rules.h"
#include "unwind_tables.h"

struct survey {
    uint64_t asked, covered, odd;
};

static void survey_text(uint64_t start, uint64_t size, struct survey *ret)
{
    struct cfi_table table;

    if (!tables_find(start, &table))
        return;
    for (uint64_t pc = start; pc < start + size; pc += 61) {
        const struct cfi_rule r = cfi_find(&table, pc);

        ret->asked++;
        ret->covered += r.kind != CFI_NONE;
        ret->odd += r.kind == CFI_ODD;
    }
}

static int survey_module(struct dl_phdr_info *info, size_t size, void *arg)
{
    (void)size;
    for (size_t i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *p = &info->dlpi_phdr[i];

        if (p->p_type == PT_LOAD && (p->p_flags & PF_X))
            survey_text(info->dlpi_addr + p->p_vaddr, p->p_memsz, arg);
    }
    return 0;
}

static void nearly_all_code_has_rules_and_few_of_them_are_odd(void **state)
{
    struct survey s = {0};

    (void)state;
    dl_iterate_phdr(survey_module, &s);
    print_message("# %lu addresses, %lu covered, %lu odd\n", s.asked, s.covered, s.odd);
    assert_true(s.asked > 10000);
    assert_true(s.covered * 10 >= s.asked * 9);
    assert_true(s.odd * 200 <= s.asked);
}

static void the_program_itself_has_rules(void **state)
{
    struct cfi_table table;

    (void)state;
    assert_true(tables_find((uint64_t)(uintptr_t)cfi_find, &table));
    assert_int_equal(cfi_find(&table, (uint64_t)(uintptr_t)cfi_find + 1).kind, CFI_RSP);
}

static void a_packed_rule_unpacks_to_itself(void **state)
{
    static const int32_t offsets[] = {0, 8, -8, 16, -16, (1 << 27) - 1, -(1 << 27) + 1};

    (void)state;
    for (size_t i = 0; i < 7; i++)
        for (size_t j = 0; j < 7; j++) {
            const struct cfi_rule r = {CFI_RBP_DEREF, CFI_RBP_AT_RBP, offsets[i], offsets[j]};
            const uint64_t word = rule_pack(r);

            assert_int_equal(rule_kind(word), CFI_RBP_DEREF);
            assert_int_equal(rule_saved(word), CFI_RBP_AT_RBP);
            assert_int_equal(rule_cfa(word), offsets[i]);
            assert_int_equal(rule_rbp(word), offsets[j]);
        }
}

/* A copy of this program's own table with bytes changed: pointers relative to themselves then lead
 * anywhere, also outside. */
static void a_damaged_table_gives_rules_or_none_but_no_fault(void **state)
{
    struct cfi_table real, copy;
    uint64_t dice = 1;
    size_t size;
    uint8_t *bytes;

    (void)state;
    assert_true(tables_find((uint64_t)(uintptr_t)cfi_find, &real));
    size = (size_t)(real.end - real.start);
    bytes = malloc(size);
    assert_non_null(bytes);
    copy = (struct cfi_table){bytes + (real.hdr - real.start), bytes, bytes + size};
    for (unsigned round = 0; round < 3000; round++) {
        const uint64_t hdr = (uint64_t)(real.hdr - real.start);

        memcpy(bytes, real.start, size);
        for (unsigned i = 0; i < 1 + round % 40; i++) {
            dice = dice * 6364136223846793005u + 1442695040888963407u;
            bytes[(hdr + (dice >> 33) % (size - hdr))] = (uint8_t)(dice >> 20);
        }
        copy.end = bytes + size - (round % 3 == 0 ? (dice >> 40) % (size - hdr) : 0);
        for (int64_t pc = -2000; pc < 4000;
             pc += 37) /* text lies as far from the copy as from it */
            cfi_find(&copy, (uint64_t)(uintptr_t)cfi_find + (uint64_t)pc +
                                (uint64_t)((uintptr_t)bytes - (uintptr_t)real.start));
    }
    free(bytes);
}

static int setup(void **state)
{
    (void)state;
    return rules_init() ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nearly_all_code_has_rules_and_few_of_them_are_odd),
        cmocka_unit_test(the_program_itself_has_rules),
        cmocka_unit_test(a_packed_rule_unpacks_to_itself),
        cmocka_unit_test(a_damaged_table_gives_rules_or_none_but_no_fault),
    };

    return cmocka_run_group_tests(tests, setup, NULL);
}
