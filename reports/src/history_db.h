/* SPDX-License-Identifier: Apache-2.0 */
/* The little that the history asks of a database, so that SQLite and PostgreSQL serve it alike. SQL
 * is written in what both understand; parameters are $1, $2 ... */
#ifndef NOCOPY_HISTORY_DB_H
#define NOCOPY_HISTORY_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct db_value {
    enum { DB_NULL, DB_INT, DB_REAL, DB_TEXT, DB_BLOB } kind;
    int64_t integer;
    double real;
    const void *data; /* text (closed by NUL) or blob; borrowed for the call */
    size_t size;
};

static inline struct db_value db_int(int64_t x)
{
    return (struct db_value){.kind = DB_INT, .integer = x};
}
static inline struct db_value db_real(double x)
{
    return (struct db_value){.kind = DB_REAL, .real = x};
}
struct db_value db_text(const char *text);
static inline struct db_value db_blob(const void *data, size_t size)
{
    return (struct db_value){.kind = DB_BLOB, .data = data, .size = size};
}

/* A row of a result; a value is there only during the call. Return not 0 to stop. */
typedef int db_row_fn(void *arg, const struct db_value *columns, size_t n);

struct db {
    const struct db_backend *backend;
    void *handle;
    char error[512]; /* why the last call failed: a sentence without a full stop */
};

/* Why a call failed. */
enum {
    DB_DAMAGED = -1, /* no database of this kind, or its content is broken */
    DB_BUSY = -2,    /* others held it for too long */
    DB_FAILED = -3,  /* anything else: see error */
    DB_STOPPED = -4  /* by the row function */
};

struct db_backend {
    /* `create`: make it when it is not there. Returns 0 or one of the above. */
    int (*open)(struct db *db, const char *address, bool create);
    void (*close)(struct db *db);
    /* One statement. `row` may be null. */
    int (*run)(struct db *db, const char *sql, const struct db_value *params, size_t n,
               db_row_fn *row, void *arg);
    /* Begin a transaction that no other writer can come between. */
    int (*begin)(struct db *db);
};

extern const struct db_backend db_sqlite, db_postgres;

/* What a column holds, whatever type the database made of it. */
int64_t db_as_int(const struct db_value *value);
double db_as_real(const struct db_value *value);
const char *db_as_text(const struct db_value *value); /* "" for null */

#endif
