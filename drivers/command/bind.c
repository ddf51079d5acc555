/* SPDX-License-Identifier: Apache-2.0 */
/* What run, stream and sweep have in common: words to a bound indicator. */
#include "args.h"
#include "command.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int command_fail(int status, const struct series_message *message)
{
    fflush(stdout);
    fprintf(stderr, "%s: %s\n", program_invocation_short_name, message->text);
    return status;
}

int command_bind(const struct command *cmd, bool sweep, struct binding *ret)
{
    struct series_message err = {0};

    if (binding_init(ret, cmd->name, &err) < 0)
        return command_fail(DRIVER_BAD_USE, &err);
    for (size_t i = 0; i < cmd->n_params; i++)
        if ((sweep ? binding_axis : binding_param)(ret, cmd->param[i], &err) < 0)
            return command_fail(DRIVER_BAD_USE, &err);
    for (size_t i = 0; i < cmd->n_inputs; i++)
        if (binding_input(ret, cmd->input[i], &err) < 0)
            return command_fail(DRIVER_BAD_USE, &err);
    return DRIVER_OK;
}

int command_load(const struct command *cmd, struct binding *b, const double *params,
                 struct series *ret)
{
    const char *extra[IND_MAX_INPUTS];
    struct series_source source = cmd->source;
    struct series_message note = {0}, err = {0};

    if (!source.path) {
        series_fail(&err, "say where the bars are with --data FILE.csv");
        return command_fail(DRIVER_BAD_USE, &err);
    }
    source.extra = extra;
    source.n_extra = binding_extra(b, extra);
    if (series_load(ret, &source, &note, &err) < 0)
        return command_fail(err.bad_use ? DRIVER_BAD_USE : DRIVER_BAD_DATA, &err);
    if (note.text[0])
        fprintf(stderr, "%s: note: %s\n", program_invocation_short_name, note.text);
    if (binding_series(b, ret, params, source.path, &err) < 0) {
        series_done(ret);
        return command_fail(DRIVER_BAD_DATA, &err);
    }
    return DRIVER_OK;
}

void command_print_number(double x, FILE *out)
{
    if (isnan(x))
        fputs("nan", out); /* never -nan */
    else
        fprintf(out, "%.17g", x);
}

int command_work(const struct ind_indicator *ind, struct ind_job *job)
{
    enum { ALIGN = 64 };

    job->work_size = (ind_work_size(ind, job) + ALIGN - 1) / ALIGN * ALIGN;
    job->work = job->work_size ? aligned_alloc(ALIGN, job->work_size) : NULL;
    return job->work_size && !job->work ? -1 : 0;
}
