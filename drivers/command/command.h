/* SPDX-License-Identifier: Apache-2.0 */
/* The calls of the `indicators` command. Each returns an exit status, its message printed. */
#ifndef COMMAND_H
#define COMMAND_H

#include "binding.h"
#include "series.h"

#include <stdbool.h>
#include <stddef.h>

enum { COMMAND_MAX_WORDS = 32 };

/* What the user wrote, in words; everything borrowed. */
struct command {
    const char *name; /* the indicator */
    const char *param[COMMAND_MAX_WORDS], *input[COMMAND_MAX_WORDS];
    size_t n_params, n_inputs;
    struct series_source source;
    const char *out; /* null: stdout */
    size_t threads;
    bool json;
};

int command_list(const struct command *cmd);
int command_describe(const struct command *cmd);
int command_run(const struct command *cmd);
int command_stream(const struct command *cmd);
int command_sweep(const struct command *cmd);

/* Tell an error on stderr and give back the status. */
int command_fail(int status, const struct series_message *message);

/* Indicator, inputs and parameters (as axes when `sweep`) out of the words: a status. */
int command_bind(const struct command *cmd, bool sweep, struct binding *ret);
/* Load the data and bind it; series_done() only after status 0. */
int command_load(const struct command *cmd, struct binding *b, const double *params,
                 struct series *ret);

/* One number as the contract writes it: %.17g, nan. */
void command_print_number(double x, FILE *out);

/* An aligned block for ind_work_size() bytes; null for 0 bytes too. */
int command_work(const struct ind_indicator *ind, struct ind_job *job);
#endif
