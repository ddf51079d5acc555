/* SPDX-License-Identifier: Apache-2.0 */
/* Can this machine run an instruction set? One function for each name in meson's `isas`. */
#ifndef IND_CPU_H
#define IND_CPU_H

#include <stdbool.h>

bool isa_runs_scalar(void);
bool isa_runs_avx2(void);
bool isa_runs_avx512(void);

#endif
