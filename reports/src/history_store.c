/* SPDX-License-Identifier: Apache-2.0 */
#include "command.h"
#include "history.h"
#include "process.h"
#include "renderer.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

/* deflate cannot shrink by more: a stored size beyond it is damage, not a reason to allocate. */
enum { MOST_SHRINKING = 1040 };

static int run(struct history *history, const char *sql, const struct db_value *params, size_t n,
               db_row_fn *row, void *arg)
{
    return history->db.backend->run(&history->db, sql, params, n, row, arg);
}

/* The report as JSON, deflated. Returns 0 or -ENOMEM. */
static int pack(const struct report *report, void **ret, size_t *ret_size, size_t *ret_plain)
{
    const struct renderer *json = renderer_by_name("json");
    const struct render_options options = {.all = true};
    char *text = NULL;
    size_t size = 0;
    uLongf room;
    FILE *out = open_memstream(&text, &size);
    int r;

    if (!out)
        return -ENOMEM;
    r = json->report(report, &options, out);
    if (fclose(out) != 0 || r < 0) {
        free(text);
        return -ENOMEM;
    }
    room = compressBound(size);
    *ret = malloc(room);
    if (!*ret || compress2(*ret, &room, (const Bytef *)text, size, 6) != Z_OK)
        r = -ENOMEM;
    free(text);
    *ret_size = room;
    *ret_plain = size;
    return r;
}

static void new_id(char ret[33])
{
    unsigned char random[16] = {0};

    (void)!getrandom(random, sizeof random, 0);
    for (size_t i = 0; i < sizeof random; i++)
        snprintf(ret + 2 * i, 3, "%02x", random[i]);
}

char *history_command(const struct report *report)
{
    const char *program = report->run.n_command ? report->run.command[0] : report->run.exe;
    const char *slash = strrchr(program, '/');
    char *line = format_string("%s", slash ? slash + 1 : program);

    for (size_t i = 1; i < report->run.n_command; i++) {
        char *more = format_string("%s %s", line, report->run.command[i]);

        free(line);
        line = more;
    }
    return line;
}

static int add_cases(struct history *history, const char *id, const struct report *report)
{
    int r = 0;

    for (size_t i = 0; i < report->n_efficiency && r == 0; i++) {
        const struct report_efficiency *e = &report->efficiency[i];
        const struct db_value values[] = {
            db_text(id),
            db_text(e->indicator),
            db_text(report_status_name(e->status)),
            db_text(report_status_name(e->row_status)),
            db_int((int64_t)e->single_bytes),
            db_int((int64_t)e->batch1_bytes),
            db_int((int64_t)e->batch_rows),
            db_int((int64_t)e->batch_bytes),
            db_real(e->overhead_known ? e->overhead_percent : 0),
            db_int((int64_t)e->batch_copied),
            db_int((int64_t)e->needless_bytes),
            db_int((int64_t)e->batch_peak),
        };

        r = run(history,
                "INSERT INTO nocopy_case (report_id, indicator, status, row_status, single_bytes,"
                " batch1_bytes, batch_rows, batch_bytes, overhead_percent, copied_bytes,"
                " needless_bytes, peak_bytes) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,"
                " $11, $12) ON CONFLICT (report_id, indicator) DO NOTHING",
                values, sizeof values / sizeof *values, NULL, NULL);
    }
    return r;
}

static int64_t now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static unsigned count(const struct report *report, enum report_status status)
{
    unsigned n = 0;

    for (size_t i = 0; i < report->n_efficiency; i++)
        n += report->efficiency[i].status == status;
    return n;
}

static int add_report(struct history *history, const struct history_entry *entry,
                      const struct report *report, const char *command, const void *blob,
                      size_t blob_size, size_t plain)
{
    const struct report_metrics *all = &report->totals.all;
    char id[33];
    int r;

    new_id(id);
    const struct db_value old[] = {db_text(entry->commit), db_text(command)};
    const struct db_value values[] = {
        db_text(id),
        db_text(entry->commit),
        db_text(entry->subject),
        db_text(command),
        db_int(entry->committed),
        db_int(now_us()), /* finer than a commit's time: it puts those of one second in order */
        db_int((int64_t)all->allocated_bytes),
        db_int((int64_t)all->copied_bytes),
        db_int((int64_t)all->peak_bytes),
        db_int((int64_t)all->needless_bytes),
        db_int((int64_t)report->n_efficiency),
        db_int(count(report, STATUS_HIGH)),
        db_int(count(report, STATUS_MODERATE)),
        db_int(count(report, STATUS_NONE)),
        db_int((int64_t)plain),
        db_blob(blob, blob_size),
    };

    r = history->db.backend->begin(&history->db);
    if (r == 0)
        r = run(history, "DELETE FROM nocopy_report WHERE commit_id = $1 AND command = $2", old, 2,
                NULL, NULL);
    if (r == 0)
        r = run(history,
                "INSERT INTO nocopy_report (id, commit_id, subject, command, committed, added,"
                " allocated_bytes, copied_bytes, peak_bytes, needless_bytes, cases, high, moderate,"
                " none, report_size, report) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,"
                " $12, $13, $14, $15, $16)",
                values, sizeof values / sizeof *values, NULL, NULL);
    if (r == 0)
        r = add_cases(history, id, report);
    if (r == 0)
        return run(history, "COMMIT", NULL, 0, NULL, NULL);
    history_tell(history, r);
    run(history, "ROLLBACK", NULL, 0, NULL, NULL);
    return EXIT_UNREADABLE;
}

int history_add(struct history *history, const struct history_entry *entry,
                const struct report *report)
{
    char *command = history_command(report);
    void *blob = NULL;
    size_t size, plain;
    int r = pack(report, &blob, &size, &plain);

    if (r < 0)
        r = complain(EXIT_UNREADABLE, "out of memory");
    else {
        r = add_report(history, entry, report, command, blob, size, plain);
        if (r < 0)
            r = history_tell(history, r);
    }
    free(blob);
    free(command);
    return r;
}

#define ENTRY_COLUMNS                                                                              \
    "r.id, r.commit_id, r.subject, r.command, r.committed, r.added, r.allocated_bytes,"            \
    " r.copied_bytes, r.peak_bytes, r.needless_bytes, r.cases, r.high, r.moderate, r.none"
enum { N_ENTRY_COLUMNS = 14 };

static struct history_entry entry_of(const struct db_value *c)
{
    return (struct history_entry){
        .id = db_as_text(&c[0]),
        .commit = db_as_text(&c[1]),
        .subject = db_as_text(&c[2]),
        .command = db_as_text(&c[3]),
        .committed = db_as_int(&c[4]),
        .added = db_as_int(&c[5]) / 1000000,
        .allocated_bytes = (uint64_t)db_as_int(&c[6]),
        .copied_bytes = (uint64_t)db_as_int(&c[7]),
        .peak_bytes = (uint64_t)db_as_int(&c[8]),
        .needless_bytes = (uint64_t)db_as_int(&c[9]),
        .cases = (unsigned)db_as_int(&c[10]),
        .high = (unsigned)db_as_int(&c[11]),
        .moderate = (unsigned)db_as_int(&c[12]),
        .none = (unsigned)db_as_int(&c[13]),
    };
}

struct each {
    void (*entry)(void *arg, const struct history_entry *entry);
    void (*one_case)(void *arg, const struct history_case *c);
    void *arg;
};

static int entry_row(void *arg, const struct db_value *columns, size_t n)
{
    const struct each *each = arg;
    const struct history_entry entry = entry_of(columns);

    (void)n;
    each->entry(each->arg, &entry);
    return 0;
}

/* Of the newest commits; oldest first. -1 stands for all: LIMIT wants a number in both databases.
 */
static struct db_value limit_of(unsigned last) { return db_int(last ? (int64_t)last : INT32_MAX); }

int history_list(struct history *history, unsigned last,
                 void (*row)(void *arg, const struct history_entry *entry), void *arg)
{
    struct each each = {.entry = row, .arg = arg};
    const struct db_value limit = limit_of(last);
    const int r = run(history,
                      "SELECT " ENTRY_COLUMNS " FROM (SELECT * FROM nocopy_report ORDER BY"
                      " committed DESC, added DESC, id DESC LIMIT $1) AS r"
                      " ORDER BY r.committed, r.added, r.id",
                      &limit, 1, entry_row, &each);

    return r < 0 ? history_tell(history, r) : 0;
}

static int case_row(void *arg, const struct db_value *columns, size_t n)
{
    const struct each *each = arg;
    const struct db_value *c = columns + N_ENTRY_COLUMNS;
    const struct history_case one = {
        .entry = entry_of(columns),
        .indicator = db_as_text(&c[0]),
        .status = db_as_text(&c[1]),
        .row_status = db_as_text(&c[2]),
        .single_bytes = (uint64_t)db_as_int(&c[3]),
        .batch1_bytes = (uint64_t)db_as_int(&c[4]),
        .batch_rows = (uint64_t)db_as_int(&c[5]),
        .batch_bytes = (uint64_t)db_as_int(&c[6]),
        .overhead_percent = db_as_real(&c[7]),
        .copied_bytes = (uint64_t)db_as_int(&c[8]),
        .needless_bytes = (uint64_t)db_as_int(&c[9]),
        .peak_bytes = (uint64_t)db_as_int(&c[10]),
    };

    (void)n;
    each->one_case(each->arg, &one);
    return 0;
}

#define CASE_SQL                                                                                   \
    "SELECT " ENTRY_COLUMNS ", c.indicator, c.status, c.row_status, c.single_bytes,"               \
    " c.batch1_bytes, c.batch_rows, c.batch_bytes, c.overhead_percent, c.copied_bytes,"            \
    " c.needless_bytes, c.peak_bytes FROM (SELECT * FROM nocopy_report ORDER BY committed DESC,"   \
    " added DESC, id DESC LIMIT $1) AS r JOIN nocopy_case AS c ON c.report_id = r.id"
#define CASE_ORDER " ORDER BY c.indicator, r.committed, r.added, r.id"

int history_trend(struct history *history, const char *indicator, unsigned last,
                  void (*row)(void *arg, const struct history_case *c), void *arg)
{
    struct each each = {.one_case = row, .arg = arg};
    const struct db_value values[] = {limit_of(last), db_text(indicator ? indicator : "")};
    const int r = indicator ? run(history, CASE_SQL " WHERE c.indicator = $2" CASE_ORDER, values, 2,
                                  case_row, &each)
                            : run(history, CASE_SQL CASE_ORDER, values, 1, case_row, &each);

    return r < 0 ? history_tell(history, r) : 0;
}

/* The newest report of a commit, taken out of its row. */
struct loaded {
    char *commit;
    unsigned char *json;
    size_t size;
    bool several, damaged;
};

static int load_row(void *arg, const struct db_value *columns, size_t n)
{
    struct loaded *loaded = arg;
    const char *commit = db_as_text(&columns[0]);
    uLongf size = (uLongf)db_as_int(&columns[1]);

    (void)n;
    if (loaded->commit) {
        loaded->several = loaded->several || strcmp(loaded->commit, commit) != 0;
        return loaded->several;
    }
    loaded->commit = format_string("%s", commit);
    if (columns[2].kind != DB_BLOB || size / MOST_SHRINKING > columns[2].size) {
        loaded->damaged = true;
        return 0;
    }
    loaded->json = malloc(size + 1);
    if (!loaded->json ||
        uncompress(loaded->json, &size, columns[2].data, (uLong)columns[2].size) != Z_OK)
        loaded->damaged = true;
    loaded->size = size;
    return 0;
}

/* The reader takes a file: hand it one in memory. */
static int parse_json(struct report *ret, const struct loaded *loaded, char *err, size_t err_size)
{
    const int fd = memfd_create("nocopy report", MFD_CLOEXEC);
    char path[40];
    size_t done = 0;
    int r = fd < 0 ? -errno : 0;

    while (r == 0 && done < loaded->size) {
        const ssize_t n = write(fd, loaded->json + done, loaded->size - done);

        if (n < 0)
            r = -errno;
        else
            done += (size_t)n;
    }
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (r == 0)
        r = report_from_json(ret, path, err, err_size);
    if (fd >= 0)
        close(fd);
    return r;
}

int history_load(struct history *history, const char *commit, struct report *ret, char **ret_id)
{
    const struct db_value values[] = {db_text(commit), db_int((int64_t)strlen(commit))};
    struct loaded loaded = {0};
    char err[256] = "";
    int r = run(history,
                "SELECT commit_id, report_size, report FROM nocopy_report"
                " WHERE substr(commit_id, 1, CAST($2 AS INTEGER)) = $1"
                " ORDER BY added DESC, id DESC",
                values, 2, load_row, &loaded);

    if (r < 0 && r != DB_STOPPED)
        r = history_tell(history, r);
    else if (!loaded.commit)
        r = -ENOENT;
    else if (loaded.several)
        r = -EEXIST;
    else if (loaded.damaged || parse_json(ret, &loaded, err, sizeof err) < 0)
        r = complain(EXIT_UNREADABLE,
                     "the report of commit %s in '%s' is damaged; add it again with 'nocopy "
                     "history add'",
                     loaded.commit, history->shown);
    else {
        r = 0;
        if (ret_id) {
            *ret_id = loaded.commit;
            loaded.commit = NULL;
        }
    }
    free(loaded.commit);
    free(loaded.json);
    return r;
}
