/* SPDX-License-Identifier: Apache-2.0 */
#include "json_text.h"

#include "utf8.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

json_t *json_text(const char *text)
{
    json_t *ret = json_string(text); /* null for bad UTF-8 */

    if (ret)
        return ret;
    char *good = malloc(3 * strlen(text) + 1); /* a bad byte becomes three */
    size_t n = 0;
    if (!good)
        return NULL;
    for (uint32_t c; (c = utf8_next(&text)) != 0;)
        n += utf8_put(c, good + n);
    ret = json_stringn(good, n);
    free(good);
    return ret;
}

json_t *json_count(uint64_t n) { return json_integer(n > INT64_MAX ? INT64_MAX : (json_int_t)n); }

json_t *json_fields(const char *key, ...)
{
    json_t *ret = json_object();
    va_list args;

    va_start(args, key);
    for (; key; key = va_arg(args, const char *)) {
        json_t *value = va_arg(args, json_t *);
        if (json_object_set_new_nocheck(ret, key, value) != 0) {
            json_decref(ret);
            ret = NULL;
        }
    }
    va_end(args);
    return ret;
}

void json_field(json_t *to, const char *key, json_t *value)
{
    json_object_set_new_nocheck(to, key, value);
}

static void begin(struct json_out *out, const char *key)
{
    fputs(out->filled ? ",\n" : "\n", out->file);
    out->filled = 1;
    if (key)
        fprintf(out->file, "\"%s\": ", key);
}

void json_put(struct json_out *out, const char *key, json_t *value)
{
    begin(out, key);
    if (!value)
        out->error = out->error ? out->error : -ENOMEM;
    else if (json_dumpf(value, out->file, JSON_ENCODE_ANY | JSON_REAL_PRECISION(12)) != 0 &&
             !out->error)
        out->error = -EIO;
    json_decref(value);
}

void json_open(struct json_out *out, const char *key, char bracket)
{
    if (out->filled >= 0)
        begin(out, key);
    fputc(bracket, out->file);
    out->filled = 0;
}

void json_close(struct json_out *out, char bracket)
{
    fputc(bracket, out->file);
    out->filled = 1;
}
