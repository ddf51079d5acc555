/* SPDX-License-Identifier: Apache-2.0 */
#include "cpu.h"

bool isa_runs_scalar(void) { return true; }

#ifdef __x86_64__
bool isa_runs_avx2(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }

bool isa_runs_avx512(void)
{
    return isa_runs_avx2() && __builtin_cpu_supports("avx512f") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512bw");
}
#endif
