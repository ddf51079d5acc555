/* SPDX-License-Identifier: Apache-2.0 */
#include "cfi.h"

#include <stddef.h>
#include <string.h>

enum { DW_RBP = 6, DW_RSP = 7, DW_RA = 16 };

/* Pointer encodings of .eh_frame (LSB core specification, "DWARF Extensions"). */
enum {
    ENC_FORMAT = 0x0f,
    ENC_ABSPTR = 0x00,
    ENC_ULEB = 0x01,
    ENC_UDATA2 = 0x02,
    ENC_UDATA4 = 0x03,
    ENC_UDATA8 = 0x04,
    ENC_SLEB = 0x09,
    ENC_SDATA2 = 0x0a,
    ENC_SDATA4 = 0x0b,
    ENC_SDATA8 = 0x0c,
    ENC_BASE = 0x70,
    ENC_PCREL = 0x10,
    ENC_DATAREL = 0x30,
    ENC_INDIRECT = 0x80,
    ENC_OMIT = 0xff
};

/* A window on the table. Past its end every read gives 0 and `bad` stays set. */
struct bytes {
    const uint8_t *at, *end;
    bool bad;
};

static uint64_t fixed(struct bytes *in, size_t size)
{
    uint64_t value = 0;

    if ((size_t)(in->end - in->at) < size) {
        in->bad = true;
        in->at = in->end;
        return 0;
    }
    memcpy(&value, in->at, size);
    in->at += size;
    return value;
}

static void skip(struct bytes *in, uint64_t size)
{
    if ((uint64_t)(in->end - in->at) < size) {
        in->bad = true;
        size = (uint64_t)(in->end - in->at);
    }
    in->at += size;
}

static uint64_t uleb(struct bytes *in)
{
    uint64_t value = 0;
    unsigned shift = 0;
    uint8_t byte;

    do {
        byte = (uint8_t)fixed(in, 1);
        if (shift < 64)
            value |= (uint64_t)(byte & 0x7f) << shift;
        shift += 7;
    } while (byte & 0x80);
    return value;
}

static int64_t sleb(struct bytes *in)
{
    uint64_t value = 0;
    unsigned shift = 0;
    uint8_t byte;

    do {
        byte = (uint8_t)fixed(in, 1);
        if (shift < 64)
            value |= (uint64_t)(byte & 0x7f) << shift;
        shift += 7;
    } while (byte & 0x80);
    if (shift < 64 && (byte & 0x40))
        value |= ~(uint64_t)0 << shift;
    return (int64_t)value;
}

/* A pointer in encoding `enc`; `datarel` is what DATAREL counts from. Indirect pointers are not
 * followed: only personalities are, and those we skip. */
static uint64_t pointer(struct bytes *in, uint8_t enc, uint64_t datarel)
{
    const uint64_t here = (uint64_t)(uintptr_t)in->at;
    uint64_t value;

    if (enc == ENC_OMIT)
        return 0;
    switch (enc & ENC_FORMAT) {
    case ENC_ABSPTR:
    case ENC_UDATA8:
    case ENC_SDATA8:
        value = fixed(in, 8);
        break;
    case ENC_ULEB:
        value = uleb(in);
        break;
    case ENC_SLEB:
        value = (uint64_t)sleb(in);
        break;
    case ENC_UDATA2:
        value = fixed(in, 2);
        break;
    case ENC_SDATA2:
        value = (uint64_t)(int64_t)(int16_t)fixed(in, 2);
        break;
    case ENC_UDATA4:
        value = fixed(in, 4);
        break;
    case ENC_SDATA4:
        value = (uint64_t)(int64_t)(int32_t)fixed(in, 4);
        break;
    default:
        in->bad = true;
        return 0;
    }
    switch (enc & ENC_BASE) {
    case 0:
        return value;
    case ENC_PCREL:
        return value + here;
    case ENC_DATAREL:
        return value + datarel;
    default:
        in->bad = true;
        return 0;
    }
}

/* Where a register of the caller is, as the instructions have it so far. */
struct place {
    enum { PLACE_SAME, PLACE_CFA, PLACE_EXPRESSION, PLACE_UNDEFINED, PLACE_ODD } how;
    int64_t offset;
    struct bytes expression;
};

struct row {
    uint64_t cfa_register;
    int64_t cfa_offset;
    struct bytes cfa_expression; /* at == NULL: register and offset count */
    struct place rbp, ra;
};

struct cie {
    struct bytes program;
    uint64_t code_align;
    int64_t data_align;
    uint64_t ra_register;
    uint8_t fde_encoding;
    bool sized;  /* 'z': each FDE has augmentation data with a length */
    bool signal; /* 'S' */
};

/* Offsets are stored divided by the alignment. Modulo 2^64: a table may say anything. */
static int64_t factored(const struct cie *cie, uint64_t units)
{
    return (int64_t)(units * (uint64_t)cie->data_align);
}

static struct place *place_of(struct row *row, uint64_t reg)
{
    return reg == DW_RBP ? &row->rbp : reg == DW_RA ? &row->ra : NULL;
}

static void set_place(struct row *row, uint64_t reg, int how, int64_t offset)
{
    struct place *p = place_of(row, reg);

    if (p)
        *p = (struct place){.how = how, .offset = offset};
}

static struct bytes block(struct bytes *in)
{
    const uint64_t size = uleb(in);
    struct bytes ret = {in->at, in->at, false};

    skip(in, size);
    ret.end = in->at;
    return ret;
}

#define STATES 8 /* nesting of remember_state; compilers use 1 */

struct machine {
    struct row row, initial, saved[STATES];
    unsigned saved_len;
    uint64_t loc;
    bool odd; /* an instruction that is not understood */
};

/* Instructions with operands in their own byte or of leb numbers that set one register's place. */
static bool run_place(struct machine *m, const struct cie *cie, struct bytes *in, uint8_t op)
{
    uint64_t reg;

    switch (op) {
    case 0x05: /* offset_extended */
        reg = uleb(in);
        set_place(&m->row, reg, PLACE_CFA, factored(cie, uleb(in)));
        return true;
    case 0x11: /* offset_extended_sf */
        reg = uleb(in);
        set_place(&m->row, reg, PLACE_CFA, factored(cie, (uint64_t)sleb(in)));
        return true;
    case 0x06: /* restore_extended */
        reg = uleb(in);
        if (place_of(&m->row, reg))
            *place_of(&m->row, reg) = *place_of(&m->initial, reg);
        return true;
    case 0x07: /* undefined */
        set_place(&m->row, uleb(in), PLACE_UNDEFINED, 0);
        return true;
    case 0x08: /* same_value */
        set_place(&m->row, uleb(in), PLACE_SAME, 0);
        return true;
    case 0x09: /* register */
    case 0x14: /* val_offset */
        set_place(&m->row, uleb(in), PLACE_ODD, 0);
        uleb(in);
        return true;
    case 0x15: /* val_offset_sf */
        set_place(&m->row, uleb(in), PLACE_ODD, 0);
        sleb(in);
        return true;
    case 0x10: /* expression */
        reg = uleb(in);
        set_place(&m->row, reg, PLACE_EXPRESSION, 0);
        if (place_of(&m->row, reg))
            place_of(&m->row, reg)->expression = block(in);
        else
            block(in);
        return true;
    case 0x16: /* val_expression */
        set_place(&m->row, uleb(in), PLACE_ODD, 0);
        block(in);
        return true;
    default:
        return false;
    }
}

static bool run_cfa(struct machine *m, const struct cie *cie, struct bytes *in, uint8_t op)
{
    struct row *row = &m->row;

    switch (op) {
    case 0x0c: /* def_cfa */
        row->cfa_register = uleb(in);
        row->cfa_offset = (int64_t)uleb(in);
        break;
    case 0x12: /* def_cfa_sf */
        row->cfa_register = uleb(in);
        row->cfa_offset = factored(cie, (uint64_t)sleb(in));
        break;
    case 0x0d: /* def_cfa_register */
        row->cfa_register = uleb(in);
        break;
    case 0x0e: /* def_cfa_offset */
        row->cfa_offset = (int64_t)uleb(in);
        break;
    case 0x13: /* def_cfa_offset_sf */
        row->cfa_offset = factored(cie, (uint64_t)sleb(in));
        break;
    case 0x0f: /* def_cfa_expression */
        row->cfa_expression = block(in);
        return true;
    default:
        return false;
    }
    row->cfa_expression = (struct bytes){0};
    return true;
}

/* How far a location instruction advances; false when `op` is none. */
static bool advance(struct machine *m, const struct cie *cie, struct bytes *in, uint8_t op)
{
    switch (op) {
    case 0x01: /* set_loc */
        m->loc = pointer(in, cie->fde_encoding, 0);
        return true;
    case 0x02:
        m->loc += fixed(in, 1) * cie->code_align;
        return true;
    case 0x03:
        m->loc += fixed(in, 2) * cie->code_align;
        return true;
    case 0x04:
        m->loc += fixed(in, 4) * cie->code_align;
        return true;
    default:
        return false;
    }
}

/* Run instructions until they are over or belong to code after `pc`. */
static void run(struct machine *m, const struct cie *cie, struct bytes in, uint64_t pc)
{
    while (in.at < in.end && !in.bad && !m->odd) {
        const uint8_t op = (uint8_t)fixed(&in, 1);
        const uint8_t low = op & 0x3f;

        if ((op & 0xc0) == 0x40 || (op >= 0x01 && op <= 0x04)) {
            if ((op & 0xc0) == 0x40)
                m->loc += low * cie->code_align;
            else
                advance(m, cie, &in, op);
            if (m->loc > pc)
                return;
        } else if ((op & 0xc0) == 0x80) { /* offset */
            set_place(&m->row, low, PLACE_CFA, factored(cie, uleb(&in)));
        } else if ((op & 0xc0) == 0xc0) { /* restore */
            if (place_of(&m->row, low))
                *place_of(&m->row, low) = *place_of(&m->initial, low);
        } else if (op == 0x0a) { /* remember_state */
            m->odd = m->saved_len == STATES;
            if (!m->odd)
                m->saved[m->saved_len++] = m->row;
        } else if (op == 0x0b) { /* restore_state */
            m->odd = m->saved_len == 0;
            if (!m->odd)
                m->row = m->saved[--m->saved_len];
        } else if (op == 0x2e) { /* GNU_args_size: no say in where anything is */
            uleb(&in);
        } else if (op != 0x00 && !run_place(m, cie, &in, op) && !run_cfa(m, cie, &in, op)) {
            m->odd = true;
        }
    }
    m->odd |= in.bad;
}

/* `breg REG offset` and nothing else: *ret is the offset. */
static bool is_breg(struct bytes in, unsigned reg, int64_t *ret)
{
    if (fixed(&in, 1) != 0x70u + reg)
        return false;
    *ret = sleb(&in);
    return !in.bad && in.at == in.end;
}

/* The CFA of a PLT entry, as linkers write it: rsp + 8 + (((rip & 15) >= N) << 3). For a given
 * address it is a constant distance from rsp. */
static bool is_plt(struct bytes in, uint64_t pc, int64_t *ret)
{
    int64_t offset;
    unsigned from;

    if (fixed(&in, 1) != 0x70 + DW_RSP)
        return false;
    offset = sleb(&in);
    if (fixed(&in, 1) != 0x70 + DW_RA || sleb(&in) != 0)
        return false;
    if (fixed(&in, 1) != 0x3f || fixed(&in, 1) != 0x1a) /* lit15 and */
        return false;
    from = (unsigned)fixed(&in, 1) - 0x30;                                 /* litN */
    if (from > 15 || fixed(&in, 1) != 0x2a || fixed(&in, 1) != 0x33 ||     /* ge lit3 */
        fixed(&in, 1) != 0x24 || fixed(&in, 1) != 0x22 || in.at != in.end) /* shl plus */
        return false;
    *ret = (int64_t)((uint64_t)offset + ((pc & 15) >= from ? 8 : 0));
    return !in.bad;
}

static bool is_breg_deref(struct bytes in, unsigned reg, int64_t *ret)
{
    if (fixed(&in, 1) != 0x70u + reg)
        return false;
    *ret = sleb(&in);
    return fixed(&in, 1) == 0x06 && !in.bad && in.at == in.end;
}

/* Offsets beyond this are no stack frame we know how to store; libunwind may try. */
#define FAR (1 << 27)

static const struct cfi_rule odd = {.kind = CFI_ODD};

static bool set_cfa(const struct row *row, uint64_t pc, struct cfi_rule *ret)
{
    int64_t offset = row->cfa_offset;

    if (!row->cfa_expression.at) {
        if (row->cfa_register != DW_RSP && row->cfa_register != DW_RBP)
            return false;
        ret->kind = row->cfa_register == DW_RSP ? CFI_RSP : CFI_RBP;
    } else if (is_breg_deref(row->cfa_expression, DW_RBP, &offset)) {
        ret->kind = CFI_RBP_DEREF;
    } else if (is_plt(row->cfa_expression, pc, &offset)) {
        ret->kind = CFI_RSP;
    } else {
        return false;
    }
    if (offset <= -FAR || offset >= FAR)
        return false;
    ret->cfa = (int32_t)offset;
    return true;
}

static bool set_rbp(const struct row *row, struct cfi_rule *ret)
{
    int64_t offset = row->rbp.offset;

    switch (row->rbp.how) {
    case PLACE_SAME:
    case PLACE_UNDEFINED: /* then nobody outside depends on it */
        ret->saved = CFI_RBP_SAME;
        offset = 0;
        break;
    case PLACE_CFA:
        ret->saved = CFI_RBP_AT_CFA;
        break;
    case PLACE_EXPRESSION:
        if (!is_breg(row->rbp.expression, DW_RBP, &offset))
            return false;
        ret->saved = CFI_RBP_AT_RBP;
        break;
    default:
        return false;
    }
    if (offset <= -FAR || offset >= FAR)
        return false;
    ret->rbp = (int32_t)offset;
    return true;
}

static struct cfi_rule rule_of(const struct row *row, const struct cie *cie, uint64_t pc)
{
    struct cfi_rule ret = {0};
    int64_t offset;

    if (cie->signal) { /* gregs[REG_RIP] of the ucontext at rsp: the kernel's layout */
        if (row->ra.how == PLACE_EXPRESSION && is_breg(row->ra.expression, DW_RSP, &offset) &&
            offset == 168)
            return (struct cfi_rule){.kind = CFI_SIGNAL};
        return odd;
    }
    if (row->ra.how == PLACE_UNDEFINED)
        return (struct cfi_rule){.kind = CFI_END};
    if (row->ra.how != PLACE_CFA || row->ra.offset != -8)
        return odd;
    if (!set_cfa(row, pc, &ret) || !set_rbp(row, &ret))
        return odd;
    return ret;
}

/* The entry (CIE or FDE) at `at`, without its length; *ret_id is the position of the id field. */
static bool entry_at(const struct cfi_table *table, const uint8_t *at, struct bytes *ret)
{
    struct bytes in = {at, table->end, at < table->start || at >= table->end};
    uint64_t size;

    if (in.bad)
        return false;
    size = fixed(&in, 4);
    if (size == 0xffffffff)
        size = fixed(&in, 8);
    if (in.bad || size < 4 || size > (uint64_t)(in.end - in.at))
        return false;
    *ret = (struct bytes){in.at, in.at + size, false};
    return true;
}

static bool read_augmentation(struct bytes *in, const char *letters, struct cie *ret)
{
    struct bytes data;

    if (!*letters)
        return true;
    if (*letters != 'z')
        return false;
    ret->sized = true;
    data = block(in);
    for (letters++; *letters; letters++) {
        switch (*letters) {
        case 'R':
            ret->fde_encoding = (uint8_t)fixed(&data, 1);
            break;
        case 'P':
            pointer(&data, (uint8_t)fixed(&data, 1) & (uint8_t)~ENC_INDIRECT, 0);
            break;
        case 'L':
            fixed(&data, 1);
            break;
        case 'S':
            ret->signal = true;
            break;
        default: /* the rest of the data has a length, so it can be left out */
            return !data.bad;
        }
    }
    return !data.bad;
}

static bool read_cie(const struct cfi_table *table, const uint8_t *at, struct cie *ret)
{
    struct bytes in;
    const char *letters;
    uint8_t version;

    if (!entry_at(table, at, &in) || fixed(&in, 4) != 0)
        return false;
    version = (uint8_t)fixed(&in, 1);
    letters = (const char *)in.at;
    if (!memchr(in.at, 0, (size_t)(in.end - in.at)))
        return false;
    skip(&in, strlen(letters) + 1);
    *ret = (struct cie){.fde_encoding = ENC_ABSPTR};
    ret->code_align = uleb(&in);
    ret->data_align = sleb(&in);
    ret->ra_register = version == 1 ? fixed(&in, 1) : uleb(&in);
    if ((version != 1 && version != 3) || ret->ra_register != DW_RA)
        return false;
    if (!read_augmentation(&in, letters, ret))
        return false;
    ret->program = in;
    return !in.bad;
}

/* An FDE: the code it covers and its instructions. */
struct fde {
    struct cie cie;
    uint64_t start, len;
    struct bytes program;
};

static bool read_fde(const struct cfi_table *table, const uint8_t *at, struct fde *ret)
{
    struct bytes in;
    const uint8_t *id_at;
    uint64_t id;

    if (!entry_at(table, at, &in))
        return false;
    id_at = in.at;
    id = fixed(&in, 4);
    if (id == 0 || id > (uint64_t)(id_at - table->start))
        return false;
    if (!read_cie(table, id_at - id, &ret->cie))
        return false;
    ret->start = pointer(&in, ret->cie.fde_encoding, 0);
    ret->len = pointer(&in, ret->cie.fde_encoding & ENC_FORMAT, 0);
    if (ret->cie.sized)
        block(&in);
    ret->program = in;
    return !in.bad;
}

static struct cfi_rule run_fde(const struct fde *fde, uint64_t pc)
{
    struct machine m = {.loc = 0};

    run(&m, &fde->cie, fde->cie.program, UINT64_MAX);
    m.initial = m.row;
    m.saved_len = 0;
    m.loc = fde->start;
    run(&m, &fde->cie, fde->program, pc);
    return m.odd ? odd : rule_of(&m.row, &fde->cie, pc);
}

/* Position in the sorted table of the last entry that starts at or before `pc`, or -1. */
static int64_t search(const uint8_t *entries, uint64_t len, int64_t target)
{
    uint64_t low = 0, high = len;

    while (low < high) {
        const uint64_t mid = low + (high - low) / 2;
        int32_t start;

        memcpy(&start, entries + mid * 8, sizeof start);
        if (start <= target)
            low = mid + 1;
        else
            high = mid;
    }
    return (int64_t)low - 1;
}

/* .eh_frame from `at` on, entry by entry: for modules whose linker wrote no search table. */
static struct cfi_rule scan(const struct cfi_table *table, const uint8_t *at, uint64_t pc)
{
    struct fde fde;
    struct bytes in;

    for (; entry_at(table, at, &in); at = in.end)
        if (read_fde(table, at, &fde) && pc - fde.start < fde.len)
            return run_fde(&fde, pc);
    return (struct cfi_rule){.kind = CFI_NONE};
}

struct cfi_rule cfi_find(const struct cfi_table *table, uint64_t pc)
{
    const struct cfi_rule none = {.kind = CFI_NONE};
    const uint64_t base = (uint64_t)(uintptr_t)table->hdr;
    struct bytes in = {table->hdr, table->end, table->hdr < table->start};
    uint8_t version, frame_enc, count_enc, table_enc;
    uint64_t frame, count;
    int64_t index;
    int32_t offset;
    struct fde fde;

    if (in.bad || in.at > in.end)
        return none;
    version = (uint8_t)fixed(&in, 1);
    frame_enc = (uint8_t)fixed(&in, 1);
    count_enc = (uint8_t)fixed(&in, 1);
    table_enc = (uint8_t)fixed(&in, 1);
    frame = pointer(&in, frame_enc, base);
    if (in.bad || version != 1)
        return none;
    if (table_enc != (ENC_DATAREL | ENC_SDATA4) || count_enc == ENC_OMIT) {
        if (frame - (uint64_t)(uintptr_t)table->start >= (uint64_t)(table->end - table->start))
            return none;
        return scan(table, table->start + (frame - (uint64_t)(uintptr_t)table->start), pc);
    }
    count = pointer(&in, count_enc, base);
    if (in.bad || count > (uint64_t)(in.end - in.at) / 8)
        return none;
    index = search(in.at, count, (int64_t)(pc - base));
    if (index < 0)
        return none;
    memcpy(&offset, in.at + index * 8 + 4, sizeof offset);
    if ((offset < 0 && -(int64_t)offset > table->hdr - table->start) ||
        (offset >= 0 && offset >= table->end - table->hdr))
        return none;
    if (!read_fde(table, table->hdr + offset, &fde) || pc - fde.start >= fde.len)
        return none;
    return run_fde(&fde, pc);
}
