/* SPDX-License-Identifier: Apache-2.0 */
#include "history_db.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_PARAMS = 32 };

/* Types as in the server's catalogue: settled for ever. */
enum { OID_BYTEA = 17, OID_INT8 = 20, OID_INT2 = 21, OID_INT4 = 23, OID_FLOAT8 = 701 };

/* Any number, the same for all nocopy commands: writers of one history queue up at it. */
#define LOCK_SQL "SELECT pg_advisory_xact_lock(8243108621)"

static void keep_error(struct db *db, const char *text)
{
    size_t n;

    snprintf(db->error, sizeof db->error, "%s", text);
    db->error[strcspn(db->error, "\n")] = 0; /* what follows is SQL of ours */
    n = strlen(db->error);
    while (n && db->error[n - 1] == ' ')
        db->error[--n] = 0;
}

static void no_notices(void *arg, const PGresult *result)
{
    (void)arg;
    (void)result;
}

static void postgres_close(struct db *db)
{
    PQfinish(db->handle);
    db->handle = NULL;
}

static int postgres_open(struct db *db, const char *address, bool create)
{
    PGconn *handle = PQconnectdb(address);

    (void)create; /* the database must be there; its tables are made on the first use */
    db->handle = handle;
    if (PQstatus(handle) != CONNECTION_OK) {
        keep_error(db, PQerrorMessage(handle));
        postgres_close(db);
        return DB_FAILED;
    }
    PQsetNoticeReceiver(handle, no_notices, NULL);
    return 0;
}

/* Texts of the parameters: numbers are written out, blobs go in binary. */
struct params {
    const char *values[MOST_PARAMS];
    int lengths[MOST_PARAMS], formats[MOST_PARAMS];
    char numbers[MOST_PARAMS][40];
};

static void fill_params(struct params *p, const struct db_value *params, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        p->values[i] = p->numbers[i];
        p->formats[i] = params[i].kind == DB_BLOB;
        p->lengths[i] = (int)params[i].size;
        switch (params[i].kind) {
        case DB_INT:
            snprintf(p->numbers[i], sizeof p->numbers[i], "%lld", (long long)params[i].integer);
            break;
        case DB_REAL:
            snprintf(p->numbers[i], sizeof p->numbers[i], "%.17g", params[i].real);
            break;
        case DB_NULL:
            p->values[i] = NULL;
            break;
        default:
            p->values[i] = params[i].data;
        }
    }
}

static struct db_value column(const PGresult *result, int row, int i, unsigned char **ret_owned)
{
    const char *text = PQgetvalue(result, row, i);
    size_t size;

    if (PQgetisnull(result, row, i))
        return (struct db_value){0};
    switch (PQftype(result, i)) {
    case OID_INT2:
    case OID_INT4:
    case OID_INT8:
        return db_int(strtoll(text, NULL, 10));
    case OID_FLOAT8:
        return db_real(strtod(text, NULL));
    case OID_BYTEA:
        *ret_owned = PQunescapeBytea((const unsigned char *)text, &size);
        return db_blob(*ret_owned, *ret_owned ? size : 0);
    default:
        return db_text(text);
    }
}

static int each_row(const PGresult *result, db_row_fn *row, void *arg)
{
    const int n = PQnfields(result) < MOST_PARAMS ? PQnfields(result) : MOST_PARAMS;
    int stop = 0;

    for (int r = 0; r < PQntuples(result) && !stop; r++) {
        struct db_value values[MOST_PARAMS];
        unsigned char *owned[MOST_PARAMS] = {0};

        for (int i = 0; i < n; i++)
            values[i] = column(result, r, i, &owned[i]);
        stop = row(arg, values, (size_t)n);
        for (int i = 0; i < n; i++)
            PQfreemem(owned[i]);
    }
    return stop ? DB_STOPPED : 0;
}

static int postgres_run(struct db *db, const char *sql, const struct db_value *params, size_t n,
                        db_row_fn *row, void *arg)
{
    struct params p;
    PGresult *result;
    ExecStatusType status;
    int r = 0;

    if (n > MOST_PARAMS)
        return DB_FAILED;
    fill_params(&p, params, n);
    result = PQexecParams(db->handle, sql, (int)n, NULL, p.values, p.lengths, p.formats, 0);
    status = PQresultStatus(result);
    if (status == PGRES_TUPLES_OK)
        r = row ? each_row(result, row, arg) : 0;
    else if (status != PGRES_COMMAND_OK) {
        const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);

        keep_error(db, PQresultErrorMessage(result)[0] ? PQresultErrorMessage(result)
                                                       : PQerrorMessage(db->handle));
        /* lock_not_available, deadlock_detected */
        r = state && (strcmp(state, "55P03") == 0 || strcmp(state, "40P01") == 0) ? DB_BUSY
                                                                                  : DB_FAILED;
    }
    PQclear(result);
    return r;
}

static int postgres_begin(struct db *db)
{
    int r = postgres_run(db, "BEGIN", NULL, 0, NULL, NULL);

    return r ? r : postgres_run(db, LOCK_SQL, NULL, 0, NULL, NULL);
}

const struct db_backend db_postgres = {
    .open = postgres_open,
    .close = postgres_close,
    .run = postgres_run,
    .begin = postgres_begin,
};
