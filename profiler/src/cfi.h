/* SPDX-License-Identifier: Apache-2.0 */
/* What .eh_frame says about one address: how to get from a frame to the one outside it.
 *
 * Only what compilers emit for code that calls is told apart; anything else is CFI_ODD, which is
 * not an error: ask a full unwinder. Reads nothing outside the table it is given, allocates
 * nothing, takes no lock, ends in time linear in the table on any bytes. */
#ifndef NOCOPY_CFI_H
#define NOCOPY_CFI_H

#include <stdbool.h>
#include <stdint.h>

/* Where a frame's CFA (the caller's stack pointer) is found. */
enum cfi_kind {
    CFI_NONE = 0,  /* no rule covers the address: code without unwind information */
    CFI_RSP,       /* rsp + cfa */
    CFI_RBP,       /* rbp + cfa */
    CFI_RBP_DEREF, /* *(rbp + cfa): a realigned stack */
    CFI_SIGNAL,    /* the kernel's signal frame at rsp: all registers are in its ucontext */
    CFI_END,       /* outermost by declaration */
    CFI_ODD        /* a rule, but none of these */
};

/* Where the caller's rbp is found. */
enum cfi_rbp {
    CFI_RBP_SAME = 0, /* still in the register */
    CFI_RBP_AT_CFA,   /* *(CFA + rbp) */
    CFI_RBP_AT_RBP    /* *(rbp + rbp_offset): realigned stacks save it where the register points */
};

/* The return address is at CFA - 8 wherever kind is CFI_RSP, CFI_RBP or CFI_RBP_DEREF. */
struct cfi_rule {
    uint8_t kind;  /* enum cfi_kind */
    uint8_t saved; /* enum cfi_rbp */
    int32_t cfa;   /* bytes, see enum cfi_kind */
    int32_t rbp;   /* bytes, see enum cfi_rbp */
};

/* The unwind tables of one module: the readable bytes that hold both .eh_frame_hdr and .eh_frame.
 */
struct cfi_table {
    const uint8_t *hdr; /* .eh_frame_hdr, inside start..end */
    const uint8_t *start, *end;
};

/* The rule at `pc` (for a return address: the address minus one). */
struct cfi_rule cfi_find(const struct cfi_table *table, uint64_t pc);

#endif
