/* SPDX-License-Identifier: Apache-2.0 */
/* The report: all that renderers, the diff, the gate and the history see of a profile. Plain data,
 * no address and no file offset in it; `--format json` is its image (CONTRACT section 3), so a
 * report read back from JSON serves as well as one made of profiles.
 *
 * Every pointer in a report is owned by it and lives until report_done(). Strings are never null:
 * what is not known is "". Strings are as they were found: a renderer must be ready for bad UTF-8
 * and control characters in any of them. Sizes are bytes, times nanoseconds. Indices into a table
 * are zero-based, REPORT_NONE where there is none. */
#ifndef NOCOPY_REPORT_H
#define NOCOPY_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define REPORT_NONE UINT32_MAX

struct pool;

/* A place in the source. line 0: not known. */
struct report_site {
    const char *function; /* demangled; module+0xoffset without symbols */
    const char *file;     /* as in the debug info, without leading "../"; "": not known */
    uint32_t line;
};

/* What a frame is, for colours and for "where". */
enum report_role {
    ROLE_PROGRAM,   /* the driver, or any code of the executable outside a scope */
    ROLE_INDICATOR, /* user code inside a scope */
    ROLE_LIBRARY,   /* libc and language run-times */
    ROLE_ALLOCATOR, /* malloc, operator new ...: innermost frame of an allocation */
    ROLE_COPIER,    /* memcpy ...: innermost frame of a copy */
    ROLES
};

/* A frame, interned: two nodes with equal frames share one. */
struct report_frame {
    const char *function, *file, *module; /* module: base name of the object */
    uint32_t line;
    bool inlined; /* into the frame outside it */
    enum report_role role;
};

/* The merged call tree, inlined frames expanded. Parents come before children. */
struct report_node {
    uint32_t parent; /* index, or REPORT_NONE for an outermost frame */
    uint32_t frame;
};

/* What happened at one place. The same fields everywhere, so that columns are the same everywhere.
 */
struct report_metrics {
    uint64_t allocations, allocated_bytes;
    uint64_t frees, freed_bytes;
    uint64_t leaked_blocks, leaked_bytes;
    uint64_t peak_blocks, peak_bytes; /* live at the global peak */
    uint64_t temporary;               /* allocations freed before their thread's next one */
    uint64_t copies, copied_bytes;    /* hooked copies and moving reallocs */
    uint64_t needless_bytes;          /* charged to findings */
    uint64_t untouched_bytes;         /* never written */
};

/* Kind of call that a scope is. */
enum report_mode { MODE_SINGLE, MODE_BATCH, MODE_STREAM, MODES };

/* What the drivers measure apart. A batch scope of which no call is known to have had one
 * combination is PHASE_BATCH. */
enum report_phase {
    PHASE_NONE, /* outside any scope */
    PHASE_SINGLE,
    PHASE_BATCH1, /* batch with one combination */
    PHASE_BATCH,  /* batch with more */
    PHASE_STREAM,
    PHASES
};

/* One stack: a path to the root with what happened at its end. A path met in two scopes or phases
 * is two stacks. Sorted by allocated_bytes + copied_bytes falling. */
struct report_stack {
    uint32_t node;  /* innermost frame */
    uint32_t scope; /* scopes[], or REPORT_NONE */
    enum report_phase phase;
    bool copying; /* the innermost frame copies rather than allocates */
    struct report_metrics metrics;
};

/* By innermost frame that is in neither the shim nor libc. */
struct report_function {
    struct report_site at;
    const char *module;
    struct report_metrics metrics;
};

/* Calls of one indicator in one mode with one number of combinations. Figures are sums over the
 * calls, peak_bytes is the largest. */
struct report_scope {
    const char *name;
    enum report_mode mode;
    enum report_phase phase;
    struct report_site site; /* the function whose calls these are; or the caller, for marks */
    uint64_t calls, combos;  /* combos: of one call */
    bool marked;             /* combos told by mark.h */
    bool open;               /* the process ended inside a call */
    uint64_t allocations, allocated_bytes, peak_bytes;
    uint64_t retained_blocks, retained_bytes, temporary_blocks, temporary_bytes;
    uint64_t copies, copied_bytes, needless_bytes, untouched_bytes, metadata_bytes, minimum_bytes;
    uint64_t payload_bytes;           /* handed out and meant: outputs */
    uint64_t least_bytes, most_bytes; /* allocated by one call: the fewest and the most */
    uint64_t time_ns;
    const uint64_t *times_ns; /* mean of a call in each merged run, in the order of the runs */
    size_t n_times;
};

enum report_status { STATUS_OK, STATUS_MODERATE, STATUS_HIGH, STATUS_NONE, STATUSES };

/* Single against batch, one row an indicator. Bytes are of one call. */
struct report_efficiency {
    const char *indicator;
    enum report_status status, row_status; /* NONE: not measured, see reason */
    const char *reason;                    /* "" or why something is NONE */
    uint64_t single_bytes, batch1_bytes;
    bool has_single, has_batch1, has_batch; /* which phases were measured */
    bool overhead_known; /* false: single is 0 and batch[1] is not (shown as infinite) or NONE */
    double overhead_percent;          /* for showing; the status was decided on integers */
    uint64_t batch_rows, batch_bytes; /* the call with the most rows */
    bool row_known;
    double bytes_per_row, row_overhead_percent;
    bool fitted;        /* bytes_per_row by least squares over three or more sizes */
    double fixed_bytes; /* a of bytes = a + b x rows */
    bool varies;        /* calls of one case differed; the figures are the largest */
    uint64_t single_least, batch1_least, batch_least; /* the smallest, where it varies */
    uint64_t single_allocations, batch1_allocations, batch_allocations;
    uint64_t single_copied, batch1_copied, batch_copied;
    uint64_t single_peak, batch1_peak, batch_peak;
    uint64_t needless_bytes; /* of all findings in the indicator */
    struct report_site
        worst; /* where most needless (else most allocated) bytes of batch come from */
};

enum report_severity { SEVERITY_LOW, SEVERITY_MODERATE, SEVERITY_HIGH, SEVERITIES };

struct report_finding {
    const char *id;   /* stable across runs and commits */
    const char *kind; /* CONTRACT: "copy-of-live" ... */
    enum report_severity severity;
    const char *scope;     /* name, "" outside */
    enum report_mode mode; /* of the scope */
    bool has_mode;
    uint64_t bytes, count;
    struct report_site where, copied, source; /* function "" where it does not apply */
    const char *evidence, *advice;
    const uint32_t *stacks; /* stacks[] that it was found on, heaviest first */
    size_t n_stacks;
};

/* Hooked or found copies from one buffer to another, for the flow view. */
enum report_buffer_role {
    BUFFER_INPUT,
    BUFFER_SCRATCH,
    BUFFER_OUTPUT,
    BUFFER_LIBRARY,
    BUFFER_ROLES
};

struct report_buffer {
    struct report_site at; /* where it is allocated; function "" for memory that is no block */
    enum report_buffer_role role;
    uint64_t blocks, bytes;
};

struct report_edge {
    uint32_t source, destination; /* buffers[] */
    struct report_site copied;    /* function "" when no call shows it */
    uint32_t scope;               /* scopes[] or REPORT_NONE */
    enum report_phase phase;
    uint64_t copies, bytes, needless_bytes;
};

/* Flat row: one place of user code and one kind of call. Sorted as stacks are. */
struct report_place {
    struct report_site at;
    const char *module;
    const char *call;  /* "malloc", "realloc", "memcpy", "operator new(unsigned long)" ... */
    const char *scope; /* name of the scope with most of it, "" */
    const char *path;  /* functions from the scope's entry to the call, "a;b;c": pairs diffs */
    enum report_role role;
    bool copying;
    struct report_metrics metrics;
    uint64_t largest_bytes;
    uint64_t median_lifetime_ns; /* 0: not kept; a bin's middle */
    double short_lived_percent;  /* share of frees within the same call or before the next one */
};

struct report_bucket {
    uint64_t start_ns, end_ns; /* since the start of the run */
    uint64_t min_bytes, max_bytes;
    uint32_t scope; /* scopes[] or REPORT_NONE */
};

/* Allocations with 2^bin <= size < 2^(bin+1). */
struct report_bin {
    uint64_t count, bytes;
    uint64_t short_lived; /* freed before their thread's next allocation (or within their call) */
};
#define REPORT_BINS 40

struct report_module {
    const char *path, *build_id; /* path as recorded; build-id in hex */
    const char *debug;           /* "dwarf", "symbols", "none", "missing", "differs" */
    const char *debug_path;      /* where debug info came from when not from path */
};

/* Something worth knowing about how or on what it was measured: compiler, flags, bars, options. */
struct report_fact {
    const char *name, *value;
    bool environment; /* a difference makes two reports hard to compare */
};

struct report_run {
    const char *const *command;
    size_t n_command;
    const char *exe, *host, *started, *commit; /* started: RFC 3339 */
    int64_t pid, exit;                         /* exit -1: not known; 128+N for signal N */
    uint64_t duration_ns, lost_events;
    bool complete, sampled;
    uint64_t processes, threads;
    /* How it was measured. */
    bool content, content_full, copies, untouched;
    uint64_t sample_bytes, foreign_frees, small_copies, small_copied_bytes;
    uint64_t cpu_ns; /* of all processes, content_ns included; 0: not told */
    uint64_t content_ns, content_bytes, content_skipped_bytes;
    uint64_t unwound, checked, check_differences;
    const char *damage; /* "", or what of a profile could not be read: figures are lower bounds */
};

struct report_totals {
    struct report_metrics all; /* temporary_allocations is all.temporary */
    uint64_t duplicate_bytes;
    uint64_t peak_ns; /* since start */
};

struct report {
    struct report_run run;
    struct report_totals totals;

    const struct report_function *functions;
    const struct report_scope *scopes;
    const struct report_efficiency *efficiency; /* HIGH, NONE, MODERATE, OK; overhead falling */
    const struct report_finding *findings;      /* bytes falling */
    const struct report_stack *stacks;
    const struct report_node *nodes;
    const struct report_frame *frames;
    const struct report_place *places;
    const struct report_buffer *buffers;
    const struct report_edge *edges;
    const struct report_bucket *timeline;
    const struct report_module *modules;
    const struct report_fact *facts;
    size_t n_functions, n_scopes, n_efficiency, n_findings, n_stacks, n_nodes, n_frames, n_places,
        n_buffers, n_edges, n_timeline, n_modules, n_facts;
    struct report_bin bins[REPORT_BINS];
    uint64_t folded_stacks; /* stacks left out of stacks[] by a limit; their sums are in `folded` */
    struct report_metrics folded;

    struct pool *pool; /* owns everything above */
};

struct report_options {
    const char *const *debug_dirs; /* further roots for separate debug files; null-terminated */
    bool no_symbols;
    /* Told after each of several profiles; may be null. */
    void (*progress)(void *context, size_t done, size_t all);
    void *progress_context;
    const char *symbol_cache; /* folder for names kept between runs; null: none */
};

/* Make one report of one or more profiles (processes, ranks and runs are merged). A path that
 * holds a JSON report instead of a profile may be the only one. `options` may be null.
 *
 * Returns 0, or, with *ret untouched: -errno of open or read; -EBADMSG not a profile or no report;
 * -EPROTONOSUPPORT of a later version; -ENOMEM. A profile that is cut off or damaged past its
 * header is no error: see run.damage. `err` (may be null) gets one sentence that names the file. */
int report_from_profiles(struct report *ret, const char *const *paths, size_t n,
                         const struct report_options *options, char *err, size_t err_size);

/* Read a report that render_json wrote. Returns as report_from_profiles(). */
int report_from_json(struct report *ret, const char *path, char *err, size_t err_size);

/* Profile or JSON, whichever it is. */
int report_load(struct report *ret, const char *path, const struct report_options *options,
                char *err, size_t err_size);

void report_done(struct report *report);

void report_metrics_add(struct report_metrics *to, const struct report_metrics *from);

/* How many findings are more than hints, which are those of low severity. */
size_t report_findings_of_weight(const struct report *report);

/* What stands above the findings. Are there hints only? */
const char *report_findings_title(const struct report *report);
bool report_has_hints_only(const struct report *report);

/* Words for the enums, as in the JSON. */
const char *report_status_name(enum report_status status);
const char *report_severity_name(enum report_severity severity);
const char *report_mode_name(enum report_mode mode);
const char *report_phase_name(enum report_phase phase);
const char *report_role_name(enum report_role role);
const char *report_buffer_role_name(enum report_buffer_role role);
/* "copy of a block that stayed as it was" for "copy-of-live" ...; the kind itself if unknown. */
const char *report_kind_words(const char *kind);

#endif
