/* SPDX-License-Identifier: Apache-2.0 */
#include "history.h"
#include "command.h"
#include "git.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What leads from one version of the schema to the next: migrations[v] from v to v + 1. Never
 * change one that has been released. */
static const char *const to_1[] = {
    "CREATE TABLE nocopy_report (id TEXT PRIMARY KEY, commit_id TEXT NOT NULL,"
    " subject TEXT NOT NULL, command TEXT NOT NULL, committed BIGINT NOT NULL,"
    " added BIGINT NOT NULL, allocated_bytes BIGINT NOT NULL, copied_bytes BIGINT NOT NULL,"
    " peak_bytes BIGINT NOT NULL, needless_bytes BIGINT NOT NULL, cases BIGINT NOT NULL,"
    " high BIGINT NOT NULL, moderate BIGINT NOT NULL, none BIGINT NOT NULL,"
    " report_size BIGINT NOT NULL, report BYTEA NOT NULL)",
    "CREATE TABLE nocopy_case (report_id TEXT NOT NULL REFERENCES nocopy_report(id)"
    " ON DELETE CASCADE, indicator TEXT NOT NULL, status TEXT NOT NULL, row_status TEXT NOT NULL,"
    " single_bytes BIGINT NOT NULL, batch1_bytes BIGINT NOT NULL, batch_rows BIGINT NOT NULL,"
    " batch_bytes BIGINT NOT NULL, overhead_percent DOUBLE PRECISION NOT NULL,"
    " copied_bytes BIGINT NOT NULL, needless_bytes BIGINT NOT NULL, peak_bytes BIGINT NOT NULL,"
    " PRIMARY KEY (report_id, indicator))",
    NULL};
static const char *const to_2[] = {
    "CREATE INDEX nocopy_report_commit ON nocopy_report (commit_id, command)",
    "CREATE INDEX nocopy_report_time ON nocopy_report (committed)",
    "CREATE INDEX nocopy_case_indicator ON nocopy_case (indicator)", NULL};
static const char *const *const migrations[HISTORY_VERSION] = {to_1, to_2};

char *history_address(const char *told)
{
    const char *set = getenv("NOCOPY_HISTORY");
    struct git_repository git;
    char *address;

    if (told && told[0])
        return format_string("%s", told);
    if (set && set[0])
        return format_string("%s", set);
    if (git_open(&git) < 0)
        return format_string(".nocopy/history.db");
    address = format_string("%s/.nocopy/history.db", git.top && git.top[0] ? git.top : git.common);
    git_close(&git);
    return address;
}

static bool is_postgres(const char *address)
{
    return strncmp(address, "postgresql://", 13) == 0 || strncmp(address, "postgres://", 11) == 0;
}

/* Parameters may hold a password too: they are left out. */
char *history_shown(const char *address)
{
    const char *rest = strstr(address, "://");
    const char *at, *colon, *end;

    if (!is_postgres(address))
        return format_string("%s", address);
    rest += 3;
    end = rest + strcspn(rest, "/?");
    at = memchr(rest, '@', (size_t)(end - rest));
    colon = at ? memchr(rest, ':', (size_t)(at - rest)) : NULL;
    end = rest + strcspn(rest, "?");
    if (!colon)
        return format_string("%.*s", (int)(end - address), address);
    return format_string("%.*s%.*s", (int)(colon - address), address, (int)(end - at), at);
}

static int run(struct history *history, const char *sql)
{
    return history->db.backend->run(&history->db, sql, NULL, 0, NULL, NULL);
}

int history_tell(struct history *history, int r)
{
    switch (r) {
    case DB_DAMAGED:
        return complain(EXIT_UNREADABLE,
                        "'%s' is no history, or is damaged (%s); move it away and add the reports "
                        "again, or put back a copy",
                        history->shown, history->db.error);
    case DB_BUSY:
        return complain(EXIT_UNREADABLE,
                        "others have been writing to the history '%s' for too long; try again",
                        history->shown);
    default:
        return complain(EXIT_UNREADABLE, "the history '%s' does not answer: %s", history->shown,
                        history->db.error);
    }
}

static int take_int(void *arg, const struct db_value *columns, size_t n)
{
    if (n)
        *(int64_t *)arg = db_as_int(&columns[0]);
    return 0;
}

/* The schema's version; 0 when there is none yet. */
static int read_version(struct history *history, int64_t *ret)
{
    int r = run(history, "CREATE TABLE IF NOT EXISTS nocopy_meta (name TEXT PRIMARY KEY,"
                         " value BIGINT NOT NULL)");

    *ret = 0;
    if (r == 0)
        r = history->db.backend->run(&history->db,
                                     "SELECT value FROM nocopy_meta WHERE name = 'version'", NULL,
                                     0, take_int, ret);
    return r;
}

static int write_version(struct history *history, int64_t version)
{
    const struct db_value value = db_int(version);

    return history->db.backend->run(&history->db,
                                    "INSERT INTO nocopy_meta (name, value) VALUES ('version', $1)"
                                    " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                                    &value, 1, NULL, NULL);
}

/* Bring the schema up to date, all or nothing, while nobody else writes. */
static int migrate(struct history *history, int64_t *ret_version)
{
    int r = history->db.backend->begin(&history->db);

    if (r == 0)
        r = read_version(history, ret_version);
    for (int64_t v = *ret_version; r == 0 && v < HISTORY_VERSION; v++) {
        for (const char *const *sql = migrations[v]; r == 0 && *sql; sql++)
            r = run(history, *sql);
        if (r == 0)
            r = write_version(history, v + 1);
    }
    if (r == 0)
        return run(history, "COMMIT");
    {
        char why[sizeof history->db.error];

        memcpy(why, history->db.error, sizeof why); /* ROLLBACK must not overwrite it */
        run(history, "ROLLBACK");
        memcpy(history->db.error, why, sizeof why);
    }
    return r;
}

/* Readers must not need to write: look first. */
static int version_now(struct history *history, int64_t *ret)
{
    int r;

    *ret = -1;
    r = history->db.backend->run(&history->db,
                                 "SELECT value FROM nocopy_meta WHERE name = 'version'", NULL, 0,
                                 take_int, ret);
    return r == DB_DAMAGED || r == DB_BUSY ? r : 0;
}

static int make_place(const char *address)
{
    const char *slash = strrchr(address, '/');
    char *folder;
    int r;

    if (!slash || slash == address)
        return 0;
    folder = format_string("%.*s", (int)(slash - address), address);
    r = make_folders(folder);
    if (r < 0)
        complain(0, "cannot make the folder '%s': %s", folder, strerror(-r));
    free(folder);
    return r;
}

int history_open(struct history *ret, const char *address, bool create)
{
    struct history history = {.db.backend = is_postgres(address) ? &db_postgres : &db_sqlite,
                              .shown = history_shown(address)};
    int64_t version = 0;
    int r = 0;

    if (!is_postgres(address)) {
        if (create && make_place(address) < 0)
            r = EXIT_UNREADABLE;
        else if (!create && access(address, F_OK) < 0)
            r = complain(EXIT_UNREADABLE,
                         "there is no history at '%s' yet; 'nocopy history add PROFILE' begins one",
                         address);
    }
    if (r == 0 && (r = history.db.backend->open(&history.db, address, create)) < 0)
        r = history_tell(&history, r);
    else if (r == 0) {
        r = version_now(&history, &version);
        if (r == 0 && version < HISTORY_VERSION)
            r = migrate(&history, &version);
        if (r < 0)
            r = history_tell(&history, r);
        else if (version > HISTORY_VERSION)
            r = complain(EXIT_UNREADABLE,
                         "the history '%s' was written by a later nocopy (schema %lld, this one "
                         "knows %d); update nocopy",
                         history.shown, (long long)version, HISTORY_VERSION);
    }
    if (r) {
        history_close(&history);
        return r;
    }
    *ret = history;
    return 0;
}

void history_close(struct history *history)
{
    if (history->db.handle)
        history->db.backend->close(&history->db);
    free(history->shown);
    *history = (struct history){0};
}
