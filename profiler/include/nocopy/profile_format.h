/* SPDX-License-Identifier: Apache-2.0 */
/* The profile file: what the shim leaves and the reader takes. The only thing both sides include.
 *
 * One file a process, little-endian, mapped while the process runs: what an event changed is in the
 * file the moment the event is over, also when the process is killed the next moment. The file is
 *
 *   struct nc_header            one page, NC_HEADER_SIZE bytes
 *   section, section, ...       each at a multiple of NC_PAGE, from NC_HEADER_SIZE to header.end
 *
 * and a section is a struct nc_section followed by `size` bytes. A reader skips kinds it does not
 * know and stops at the first section that does not fit: what it has until then is true, as a lower
 * bound.
 *
 * Tables (NODES, COUNTS, ...) grow by further sections of the same kind: part 0 holds the first
 * `first` entries, each later part twice as many as the one before, so entry i is found without a
 * search. Entries at or past the header's count of that table are zero and mean nothing. Entry 0 of
 * a table is never used: index 0 says "none". Counters are written with relaxed atomics and may be
 * a step apart.
 *
 * Layout is settled for a given NC_VERSION: to hold more, add a section kind, never a field. */
#ifndef NOCOPY_PROFILE_FORMAT_H
#define NOCOPY_PROFILE_FORMAT_H

#include <assert.h>
#include <stdint.h>

#define NC_MAGIC       "NOCOPY\r\n" /* 8 bytes; the line end shows a file damaged by text transfer */
#define NC_VERSION     1u
#define NC_PAGE        4096u
#define NC_HEADER_SIZE 4096u

enum nc_kind {
    NC_RUN = 1, /* facts about the run: "key\0value\0" pairs, see below */
    NC_STRINGS =
        2, /* bytes of names, each closed by NUL; a string is its byte offset; table of bytes */
    NC_MODULES = 3,     /* table of struct nc_module */
    NC_NODES = 4,       /* table of struct nc_node */
    NC_COUNTS = 5,      /* table of struct nc_counts */
    NC_SCOPES = 6,      /* table of struct nc_scope */
    NC_CALLS = 7,       /* table of struct nc_calls */
    NC_EDGES = 8,       /* table of struct nc_edge */
    NC_MATCHES = 9,     /* table of struct nc_match */
    NC_TIMELINE = 10,   /* table of struct nc_bucket, a ring is never needed: see there */
    NC_THREADS = 11,    /* table of struct nc_thread */
    NC_HISTOGRAMS = 12, /* table of struct nc_histogram */
    NC_LANES = 13,      /* table of struct nc_lane */
    NC_KINDS_END = 14
};

/* Flags of the header. */
enum {
    NC_COMPLETE = 1u << 0,  /* the process ended in a way the shim saw; without it every figure is a
                               lower bound */
    NC_SAMPLED = 1u << 1,   /* counters are estimates: see header.sample_bytes */
    NC_CONTENT = 1u << 2,   /* content checks ran (by budget unless NC_FULL) */
    NC_FULL = 1u << 3,      /* content checks looked at every call */
    NC_COPIES = 1u << 4,    /* copies were recorded */
    NC_UNTOUCHED = 1u << 5, /* untouched bytes were looked for */
    NC_EXECED = 1u << 6, /* the process went on as another program: its profile is another file */
    NC_FORKED =
        1u
        << 7 /* the process is a fork's child: it starts with its parent's live blocks uncounted */
};

struct nc_header {
    char magic[8];
    uint32_t version;
    uint32_t flags;             /* NC_COMPLETE ... */
    uint64_t end;               /* bytes of the file that hold sections; atomic */
    uint64_t start_realtime_ns; /* since 1970 */
    uint64_t start_ns;          /* CLOCK_MONOTONIC */
    uint64_t end_ns;            /* CLOCK_MONOTONIC of the last event batch seen or of the end */
    int32_t pid, parent_pid;
    int32_t exit_status;  /* as passed to exit; -1 unknown */
    int32_t end_signal;   /* 0, or the signal that ended the process where the shim could see it */
    uint64_t lost_events; /* events that could not be recorded: every figure is a lower bound when
                             not 0 */
    uint64_t foreign_frees; /* free of a block that was allocated before the shim came up or while
                               it was busy */
    uint64_t peak_bytes;    /* largest sum of live bytes, as asked for by the program */
    uint64_t peak_blocks;   /* blocks live at that moment; 0: not summed up yet, add up nc_counts */
    uint64_t peak_ns;       /* when, CLOCK_MONOTONIC */
    uint64_t peak_epoch;    /* see nc_counts.epoch */
    uint64_t sample_bytes;  /* mean bytes between samples; 0: every event was counted */
    uint64_t unwound;       /* backtraces taken */
    uint64_t checked;       /* of these, compared with libunwind's */
    uint64_t check_differences;
    uint64_t content_ns;            /* CPU time content checks took */
    uint64_t content_bytes;         /* bytes they looked at */
    uint64_t content_skipped_bytes; /* bytes the time budget left out */
    uint64_t small_copies;          /* copies below NC_COPY_MIN: counted, no stack */
    uint64_t small_copied_bytes;
    uint64_t threads;   /* threads that were seen */
    uint64_t count[32]; /* entries used per kind of table, entry 0 included; atomic; index enum
                           nc_kind */
    uint64_t cpu_ns;    /* CPU time of the process since start_ns, content_ns included, as of the
                           last note; 0: an older writer did not tell */
};
static_assert(sizeof(struct nc_header) <= NC_HEADER_SIZE, "the header is one page");

#define NC_COPY_MIN 256u /* copies from this size on carry a stack and their two blocks */

struct nc_section {
    uint32_t kind;  /* enum nc_kind, or one this reader does not know */
    uint32_t part;  /* of a table: 0, 1, 2 ... */
    uint64_t size;  /* bytes after this struct that belong to the section */
    uint64_t first; /* of a table: entries in part 0 (part p holds first << p) */
    uint32_t entry_size;
    uint32_t reserved;
};
static_assert(sizeof(struct nc_section) == 32, "sections are found by this size");

/* Keys of NC_RUN: "exe", "cwd", "host", "commit", "argc", "argv0" ... , "shim" (version),
 * "option:NAME". */

/* A loaded object. An entry is never changed but for unloaded_ns. */
struct nc_module {
    uint64_t bias;        /* what the loader added to the file's addresses */
    uint64_t start, end;  /* addresses it covered */
    uint64_t loaded_ns;   /* CLOCK_MONOTONIC, 0: before the shim */
    uint64_t unloaded_ns; /* 0: still there */
    uint32_t path;        /* NC_STRINGS */
    uint32_t build_id_len;
    uint8_t build_id[24];
};
static_assert(sizeof(struct nc_module) == 72, "on-disk layout");

/* A frame of the call tree. Children point to parents; the root is index 0. A node is complete
 * before an index to it is stored anywhere. Two nodes may stand for the same path when two threads
 * met it at once: readers sum. */
struct nc_node {
    uint64_t ip;     /* return address (look up ip - 1), or the exact address when NC_NODE_EXACT */
    uint32_t parent; /* 0: outermost frame */
    uint32_t module; /* NC_MODULES; 0: none known (JIT) */
    uint32_t scope;  /* NC_SCOPES: the outermost scope this node lies in; 0: none */
    uint32_t counts; /* NC_COUNTS: what happened with this very stack; 0: nothing. Threads that meet
                        at one stack have entries of their own: find all by nc_counts.node, not by
                        this, and sum */
    uint32_t flags;
    uint32_t entry; /* the node at which the scope was entered (its parent is the call site); 0: no
                       scope */
};
static_assert(sizeof(struct nc_node) == 32, "on-disk layout");
enum {
    NC_NODE_EXACT =
        1u << 0, /* ip is the address itself (interrupted by a signal), not a return address */
    NC_NODE_GUESSED = 1u << 1, /* found by frame pointer in code without unwind rules */
    NC_NODE_CUT =
        1u << 2, /* the depth limit, or an unwinder that gave up, cut off what was outside */
    NC_NODE_MARK = 1u << 3, /* not a frame: a scope opened by mark.h; ip is the scope's index */
    NC_NODE_COPY =
        1u << 4 /* innermost frame of a copy rather than of an allocation (its counts are copies) */
};

/* The hooked function at the end of a stack, for the name of its innermost frame (hooks have no
 * frame of their own). 0: not told; a reader then says only "allocation" or "copy". */
enum nc_function {
    NC_BY_MALLOC = 1,
    NC_BY_CALLOC,
    NC_BY_REALLOC,
    NC_BY_REALLOCARRAY,
    NC_BY_POSIX_MEMALIGN,
    NC_BY_ALIGNED_ALLOC,
    NC_BY_MEMALIGN,
    NC_BY_VALLOC,
    NC_BY_PVALLOC,
    NC_BY_MMAP,
    NC_BY_MREMAP,
    NC_BY_MEMCPY,
    NC_BY_MEMMOVE,
    NC_BY_MEMPCPY,
    NC_BY_BCOPY,
    NC_BY_MEMSET,
    NC_BY_STRING, /* strcpy and kin */
    NC_BY_WIDE,   /* wmemcpy and kin */
    NC_BY_END
};
#define NC_BY_MASK    0xffu
#define NC_LANE_SHIFT 8

/* What one thread at a time (a lane) saw happen with one stack. Several entries may name one node:
 * sum them. A block freed in another lane than it was allocated in is a free there, so in a single
 * entry frees may exceed allocations and peak_* may be negative as two's complement; sums come out
 * right in 64-bit arithmetic. Bytes are as the program asked for them. A realloc is a free of the
 * old block and an allocation of the new, also when it stayed in place; when it moved, its old
 * bytes are a copy as well. */
struct nc_counts {
    uint32_t node;  /* 0: no stack could be kept (the tree could not grow) */
    uint32_t flags; /* enum nc_function of the call that made the entry, in the low byte (see
                       NC_BY_MASK); above it, its lane (NC_LANES) */
    uint64_t allocations, allocated_bytes;
    uint64_t frees, freed_bytes; /* of blocks allocated with this stack, wherever they were freed */
    uint64_t temporary;          /* freed before their thread's next allocation */
    uint64_t
        epoch; /* header.peak_epoch when peak_* below was taken: when it is the header's, they hold;
                  when it is an older one, nothing changed since and live is what was there */
    uint64_t peak_blocks, peak_bytes; /* live at the global peak, see epoch */
    uint64_t moved, moved_bytes;      /* reallocs that moved, and the bytes that took along */
    uint64_t copies, copied_bytes;    /* hooked copies >= NC_COPY_MIN with this stack */
    uint64_t fills, filled_bytes;     /* memset and kin >= NC_COPY_MIN */
    uint64_t mapped, mapped_bytes;    /* of allocations: mmap by the program itself */
    uint64_t
        untouched_bytes; /* never written, as found when blocks were freed or the process ended */
    uint64_t untouched_blocks;
    uint64_t untouched_looked; /* bytes of the blocks that were looked at for it */
    uint64_t lifetime_ns;      /* sum over freed blocks; 0 when lifetimes were not kept */
    uint64_t largest_bytes;
    uint64_t histogram;                    /* NC_HISTOGRAMS; 0: none kept */
    uint64_t call_frees, call_freed_bytes; /* of frees: before the outermost call in which the block
                                              was allocated was over */
    uint64_t most_bytes; /* largest sum of live bytes of this stack: a temporary made anew for each
                            row stays at one row, scratch kept until the end does not */
};
static_assert(sizeof(struct nc_counts) == 208, "on-disk layout");

enum nc_mode { NC_MODE_SINGLE = 0, NC_MODE_BATCH = 1, NC_MODE_STREAM = 2 };

/* A function whose calls are scopes, or a name given by mark.h. Marks that differ in mode or in
 * combos are entries of their own (the entry's calls tell its combos), so that the nodes of
 * batch[1] and of batch[64] are apart. */
struct nc_scope {
    uint32_t name;                   /* NC_STRINGS: the indicator */
    uint32_t mode;                   /* enum nc_mode */
    uint32_t function;               /* NC_STRINGS: linkage name; 0 for marks */
    uint32_t module;                 /* NC_MODULES; 0 for marks */
    uint64_t start, end;             /* addresses of the function; 0 for marks */
    uint64_t calls;                  /* outermost calls that were seen */
    uint64_t live_bytes, peak_bytes; /* of blocks allocated inside it */
};
static_assert(sizeof(struct nc_scope) == 56, "on-disk layout");

/* Calls of one scope that looked alike in every field but the times: a sweep repeated a million
 * times is one entry. */
struct nc_calls {
    uint32_t scope;
    uint32_t flags;
    uint64_t calls;
    uint64_t combos; /* as told by mark.h; 0: not told */
    uint64_t allocations, allocated_bytes;
    uint64_t temporary_blocks, temporary_bytes; /* freed before the call was over */
    uint64_t retained_blocks, retained_bytes;   /* alive when it was over */
    uint64_t largest_retained;                  /* bytes of the largest of these */
    uint64_t peak_bytes;                        /* largest sum of live bytes allocated inside it */
    uint64_t copies, copied_bytes;
    uint64_t untouched_bytes; /* of blocks freed before it was over: of those it hands out only
                                 their end tells, in nc_counts */
    uint64_t time_ns;         /* sum */
};
static_assert(sizeof(struct nc_calls) == 120, "on-disk layout");
enum {
    NC_CALLS_MARKED = 1u << 0, /* begin and end were told by mark.h, not guessed from stacks */
    NC_CALLS_MERGED =
        1u << 1,            /* too many shapes: figures of this entry are sums over unlike calls */
    NC_CALLS_OPEN = 1u << 2 /* the process ended inside the call */
};

/* Hooked copies from blocks of one stack to blocks of another. A side is 0 where it is no live
 * block (stack, static). */
struct nc_edge {
    uint32_t copy;        /* NC_COUNTS of the copying stack */
    uint32_t source;      /* NC_COUNTS of the allocation that the bytes came from; 0: no block */
    uint32_t destination; /* likewise */
    uint32_t scope;       /* NC_SCOPES: outermost at the copy */
    uint64_t copies, bytes;
    uint64_t freed_copies,
        freed_bytes; /* of these: source freed afterwards in the same outermost call, unread by
                        another copy and not written by one in between */
    uint64_t live_copies, live_bytes; /* of these: both blocks lived on and held the same bytes when
                                         the copy was freed or the call ended */
};
static_assert(sizeof(struct nc_edge) == 64, "on-disk layout");

/* Equal content found by looking at bytes (range >= NOCOPY_MIN_BLOCK, never a constant). */
struct nc_match {
    uint32_t source;      /* NC_COUNTS of the older block */
    uint32_t destination; /* NC_COUNTS of the younger one */
    uint32_t copy;        /* NC_COUNTS of the hooked copy that explains it; 0: no call shows it */
    uint32_t scope;       /* NC_SCOPES */
    uint32_t flags;       /* NC_MATCH_... */
    uint32_t reserved;
    uint64_t pairs, bytes;
};
static_assert(sizeof(struct nc_match) == 40, "on-disk layout");
enum {
    NC_MATCH_SOURCE_LIVED =
        1u << 0, /* the source lived and was unchanged until the copy was freed or the call ended */
    NC_MATCH_SOURCE_FREED = 1u << 1, /* the source was freed after the copy */
    NC_MATCH_STRIDED = 1u << 2,      /* strided, reversed or transposed */
    NC_MATCH_COMPUTED = 1u << 3,     /* both came to hold it by computing, as far as can be told */
    NC_MATCH_RETAINED = 1u << 4,     /* the copy was still alive when its call ended: handed out, or
                                        kept. Without a hooked copy it may just have come out the
                                        same (a window of 1) */
    NC_MATCH_UNSURE = 1u << 5, /* that they were equal is proven, which came first is a guess */
    NC_MATCH_REUSED = 1u << 6  /* hooked copies, and the block lived on: with SOURCE_FREED, the
                                  source  was written anew afterwards (a scratch row, or a state
                                  worth  keeping); with SOURCE_LIVED, the copy was overwritten by the
                                  next.  bytes are those copied, the block's own may be less */
};

/* Live bytes over time. At most 2,000 entries: when full, neighbours are merged and the width
 * doubles. */
struct nc_bucket {
    uint64_t start_ns, end_ns; /* CLOCK_MONOTONIC */
    uint64_t min_bytes, max_bytes;
    uint32_t scope; /* the one that was active longest; 0: none */
    uint32_t reserved;
};
static_assert(sizeof(struct nc_bucket) == 40, "on-disk layout");

struct nc_thread {
    int32_t tid;
    uint32_t name;                         /* NC_STRINGS, 0: none */
    uint64_t allocations, allocated_bytes; /* of an ended thread; a live one's are in its lane */
};
static_assert(sizeof(struct nc_thread) == 24, "on-disk layout");

/* Counters of a thread at a time that are not in the header yet: a reader adds them to the fields
 * of the same name there. An entry is used again when its thread has ended. */
struct nc_lane {
    uint64_t
        before[4]; /* keeps what follows on a cache line of its own: sections begin with 32 bytes */
    uint64_t small_copies, small_copied_bytes;
    uint64_t foreign_frees;
    int64_t live_bytes, live_blocks;       /* allocated less freed in this lane; may be negative */
    uint64_t allocations, allocated_bytes; /* of the thread that has it now; 0 when it has ended */
    uint32_t thread;                       /* NC_THREADS: who has it now; 0: nobody */
    uint32_t unused;
    uint64_t after[4];
};
static_assert(sizeof(struct nc_lane) == 128, "on-disk layout");

/* Sizes and lifetimes of one stack's blocks, kept from its 64th allocation on (earlier ones
 * are in it when all were of one size). Lifetimes of small blocks are measured for one block in 64
 * and count 64 times.
 *
 * log2 bins: bin b counts x with 2^b <= x < 2^(b+1), bin 0 also 0. */
struct nc_histogram {
    uint32_t counts; /* NC_COUNTS */
    uint32_t reserved;
    uint32_t size[40];     /* allocations by bytes */
    uint32_t lifetime[40]; /* freed blocks by nanoseconds */
};
static_assert(sizeof(struct nc_histogram) == 328, "on-disk layout");

#endif
