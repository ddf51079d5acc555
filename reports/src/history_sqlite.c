/* SPDX-License-Identifier: Apache-2.0 */
#include "history_db.h"

#include <sqlite3.h>
#include <stdio.h>

/* Long enough for a hundred CI jobs that add their reports at once, short enough for a person. */
enum { BUSY_MS = 30000, MOST_COLUMNS = 32 };

static int failed(struct db *db, int code)
{
    sqlite3 *handle = db->handle;

    snprintf(db->error, sizeof db->error, "%s",
             handle ? sqlite3_errmsg(handle) : sqlite3_errstr(code));
    switch (code & 0xff) {
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
    case SQLITE_FORMAT:
        return DB_DAMAGED;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return DB_BUSY;
    default:
        return DB_FAILED;
    }
}

static int sqlite_run(struct db *db, const char *sql, const struct db_value *params, size_t n,
                      db_row_fn *row, void *arg);

static void sqlite_close(struct db *db)
{
    sqlite3_close(db->handle);
    db->handle = NULL;
}

static int sqlite_open(struct db *db, const char *address, bool create)
{
    sqlite3 *handle = NULL;
    int r = sqlite3_open_v2(address, &handle,
                            SQLITE_OPEN_READWRITE | (create ? SQLITE_OPEN_CREATE : 0), NULL);

    db->handle = handle;
    if (r != SQLITE_OK) {
        r = failed(db, r);
        sqlite_close(db);
        return r;
    }
    sqlite3_busy_timeout(handle, BUSY_MS);
    r = sqlite_run(db, "PRAGMA foreign_keys = ON", NULL, 0, NULL, NULL);
    if (r == 0) /* the first thing that reads the file: shows what is none of ours */
        r = sqlite_run(db, "SELECT count(*) FROM sqlite_master", NULL, 0, NULL, NULL);
    if (r < 0)
        sqlite_close(db);
    return r;
}

static int bind(sqlite3_stmt *statement, int at, const struct db_value *value)
{
    switch (value->kind) {
    case DB_INT:
        return sqlite3_bind_int64(statement, at, value->integer);
    case DB_REAL:
        return sqlite3_bind_double(statement, at, value->real);
    case DB_TEXT:
        return sqlite3_bind_text64(statement, at, value->data, value->size, SQLITE_STATIC,
                                   SQLITE_UTF8);
    case DB_BLOB:
        return sqlite3_bind_blob64(statement, at, value->data, value->size, SQLITE_STATIC);
    default:
        return sqlite3_bind_null(statement, at);
    }
}

static struct db_value column(sqlite3_stmt *statement, int i)
{
    struct db_value value = {0};

    switch (sqlite3_column_type(statement, i)) {
    case SQLITE_INTEGER:
        return db_int(sqlite3_column_int64(statement, i));
    case SQLITE_FLOAT:
        return db_real(sqlite3_column_double(statement, i));
    case SQLITE_TEXT:
        value.kind = DB_TEXT;
        value.data = sqlite3_column_text(statement, i);
        break;
    case SQLITE_BLOB:
        value.kind = DB_BLOB;
        value.data = sqlite3_column_blob(statement, i);
        break;
    default:
        return value;
    }
    value.size = (size_t)sqlite3_column_bytes(statement, i);
    return value;
}

static int step_all(struct db *db, sqlite3_stmt *statement, db_row_fn *row, void *arg)
{
    int r;

    while ((r = sqlite3_step(statement)) == SQLITE_ROW) {
        struct db_value values[MOST_COLUMNS];
        int n = sqlite3_column_count(statement);

        if (n > MOST_COLUMNS)
            n = MOST_COLUMNS;
        for (int i = 0; i < n; i++)
            values[i] = column(statement, i);
        if (row && row(arg, values, (size_t)n))
            return DB_STOPPED;
    }
    return r == SQLITE_DONE ? 0 : failed(db, r);
}

static int sqlite_run(struct db *db, const char *sql, const struct db_value *params, size_t n,
                      db_row_fn *row, void *arg)
{
    sqlite3_stmt *statement;
    int r = sqlite3_prepare_v2(db->handle, sql, -1, &statement, NULL);

    if (r != SQLITE_OK)
        return failed(db, r);
    for (size_t i = 0; i < n && r == SQLITE_OK; i++) {
        char name[24];

        /* SQLite numbers $1, $2 ... by first appearance. */
        snprintf(name, sizeof name, "$%zu", i + 1);
        r = bind(statement, sqlite3_bind_parameter_index(statement, name), &params[i]);
    }
    r = r == SQLITE_OK ? step_all(db, statement, row, arg) : failed(db, r);
    sqlite3_finalize(statement);
    return r;
}

static int sqlite_begin(struct db *db)
{
    return sqlite_run(db, "BEGIN IMMEDIATE", NULL, 0, NULL, NULL);
}

const struct db_backend db_sqlite = {
    .open = sqlite_open,
    .close = sqlite_close,
    .run = sqlite_run,
    .begin = sqlite_begin,
};
