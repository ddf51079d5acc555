/* SPDX-License-Identifier: Apache-2.0 */
/* What one or more profiles say, merged and with names: the call tree by (module, address), what
 * happened at its nodes, calls, copies, equal contents. What analyses look at.
 *
 * Tables begin at index 1; 0 is "none", as in the file. Nothing in it is changed after
 * model_finish(). */
#ifndef NOCOPY_MODEL_H
#define NOCOPY_MODEL_H

#include "report.h"
#include "symbols.h"

#include <nocopy/profile_format.h>

struct pool;
struct profile;

/* Whose code a frame is. */
enum model_owner {
    OWNER_USER,
    OWNER_RUNTIME, /* operator new, std:: headers, libgfortran, libgomp, Rust's std */
    OWNER_LIBC,
    OWNER_SHIM
};

struct model_module {
    const char *path, *name; /* name: base name */
    uint8_t build_id[24];
    uint32_t build_id_len;
    enum model_owner owner;
    bool main; /* the program itself */
    enum symbols_kind kind;
    const char *debug_path;
};

/* A frame as it is shown. */
struct model_frame {
    const char *function, *linkage, *file, *path, *decl_file;
    uint32_t line, decl_line, module;
    bool inlined;
    enum model_owner owner;
};

/* A place in the code that was on a stack. */
struct model_location {
    uint32_t module;
    bool exact;       /* address is of the instruction itself, else the one before it is meant */
    uint64_t address; /* link-time */
    uint32_t first_frame, n_frames; /* frames[], innermost first; 0 before symbols are read */
};

struct model_node {
    uint32_t parent, location;
    uint32_t scope;
    uint32_t flags; /* NC_NODE_COPY, _GUESSED, _CUT */
    uint32_t counts;
    uint32_t depth;
};

/* counts.node is a node of the model; peak_blocks and peak_bytes hold whatever the epoch. */
struct model_counts {
    struct nc_counts c;
    uint32_t histogram; /* histograms[] */
};

struct model_scope {
    const char *name, *function; /* linkage name; "" for marks */
    enum report_mode mode;
    enum report_phase phase;
    uint32_t module;
    uint64_t start;       /* link-time; 0 for marks */
    uint64_t told_combos; /* by mark.h, of all its calls */
    uint64_t combos;      /* told, or found from what is handed out; of the largest call */
    uint64_t calls;
    uint64_t rows;                       /* combinations of all calls together; 0 not known */
    uint64_t calls_single, calls_batch1; /* of all scopes of the name */
    uint64_t payload_bytes; /* what one row hands out, as the single call of its name shows; 0 not
                               known */
    uint32_t first_calls, n_calls; /* calls[] */
    struct report_site site;
};

/* Figures are of one call; an entry of unlike calls holds their means. */
struct model_calls {
    uint32_t scope, flags;
    uint64_t calls, combos; /* combos told or found; 0: not known */
    uint64_t allocations, allocated_bytes, temporary_blocks, temporary_bytes, retained_blocks,
        retained_bytes, largest_retained, peak_bytes, copies, copied_bytes, untouched_bytes;
    uint64_t time_ns; /* sum */
};

/* What calls of a scope took in one of the profiles. */
struct model_time {
    uint32_t scope, run;
    uint64_t calls, ns;
};

/* Nodes rather than counts: copy, source, destination. */
struct model_edge {
    uint32_t copy, source, destination, scope;
    uint64_t copies, bytes, freed_copies, freed_bytes, live_copies, live_bytes;
};

struct model_match {
    uint32_t source, destination, copy, scope, flags;
    uint64_t pairs, bytes;
};

/* That the bytes were equal is proven; that a copy was needless is not when which came first is a
 * guess, when the block served again, or when a result that nobody was seen to copy may just have
 * come out the same. */
static inline bool model_match_doubtful(const struct model_match *match)
{
    return (match->flags & (NC_MATCH_REUSED | NC_MATCH_UNSURE)) != 0 ||
           ((match->flags & NC_MATCH_RETAINED) != 0 && match->copy == 0);
}

struct model {
    struct pool *pool; /* owned unless handed to a report */
    struct model_module *modules;
    struct model_location *locations;
    struct model_frame *frames;
    struct model_node *nodes;
    struct model_counts *counts;
    struct model_scope *scopes;
    uint32_t *by_name; /* scopes 1 to n_scopes - 1, those of one name together */
    struct model_calls *calls;
    struct model_time *times;
    struct model_edge *edges;
    struct model_match *matches;
    struct nc_histogram *histograms;
    struct report_bucket *timeline; /* scope: scopes[] of the model, 0 none */
    size_t n_modules, n_locations, n_frames, n_nodes, n_counts, n_scopes, n_calls, n_edges,
        n_matches, n_histograms, n_timeline, n_times; /* entry 0 included, but for the last two */

    struct report_run run;
    uint64_t peak_bytes, peak_blocks, peak_ns;
    struct report_fact *facts;
    size_t n_facts;

    struct model_tables *tables; /* room and indices while it grows */
};

/* An empty model. 0 or -ENOMEM. */
int model_init(struct model *ret);
void model_done(struct model *model);

/* Add one profile; its memory may go afterwards. 0 or -ENOMEM (the model is then good for nothing
 * but model_done). */
int model_add(struct model *model, const struct profile *profile);

/* All profiles are in: read symbols, settle scopes and their combinations. */
int model_finish(struct model *model, const struct report_options *options);

/* Walk the frames of a node's stack from the innermost outwards, inlined ones one by one:
 *
 *   for (struct model_walk w = model_walk(m, node); model_next(m, &w);)
 *       ... w.frame, w.at ... */
struct model_walk {
    const struct model_frame *frame;
    uint32_t at;   /* the node that the frame belongs to */
    uint32_t left; /* frames of it still to come */
};
struct model_walk model_walk(const struct model *model, uint32_t node);
bool model_next(const struct model *model, struct model_walk *walk);

/* The innermost frame of the user's code; where there is none the innermost outside libc, else the
 * innermost. Never null for a node that exists. */
const struct model_frame *model_user_frame(const struct model *model, uint32_t node);
/* The innermost frame that is in neither the shim nor libc, else the innermost. */
const struct model_frame *model_function_frame(const struct model *model, uint32_t node);
/* Site of model_user_frame(); function "" for node 0. */
struct report_site model_site(const struct model *model, uint32_t node);
/* Name of the call at the end of a stack: "malloc", "memcpy", "operator new(unsigned long)". */
const char *model_call_name(const struct model *model, uint32_t node);
/* Of the hooked function alone. */
const char *model_hook_name(const struct model *model, uint32_t node);

/* A hash of the functions from a scope's entry (else the outermost frame) to the call, without
 * lines, addresses and paths. Equal for the same stack in another scope or phase. */
uint64_t model_path_hash(const struct model *model, uint32_t node);

/* Counters of a node; all zero when it has none. */
const struct nc_counts *model_counts(const struct model *model, uint32_t node);

#endif
