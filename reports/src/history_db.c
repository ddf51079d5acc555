/* SPDX-License-Identifier: Apache-2.0 */
#include "history_db.h"

#include <stdlib.h>
#include <string.h>

struct db_value db_text(const char *text)
{
    return (struct db_value){.kind = DB_TEXT, .data = text, .size = strlen(text)};
}

int64_t db_as_int(const struct db_value *value)
{
    switch (value->kind) {
    case DB_INT:
        return value->integer;
    case DB_REAL:
        return (int64_t)value->real;
    case DB_TEXT:
        return strtoll(value->data, NULL, 10);
    default:
        return 0;
    }
}

double db_as_real(const struct db_value *value)
{
    switch (value->kind) {
    case DB_INT:
        return (double)value->integer;
    case DB_REAL:
        return value->real;
    case DB_TEXT:
        return strtod(value->data, NULL);
    default:
        return 0;
    }
}

const char *db_as_text(const struct db_value *value)
{
    return value->kind == DB_TEXT ? value->data : "";
}
