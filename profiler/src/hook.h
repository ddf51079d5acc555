/* SPDX-License-Identifier: Apache-2.0 */
/* What every file of hooks needs. */
#ifndef SHIM_HOOK_H
#define SHIM_HOOK_H

#include <nocopy/profile_format.h>

#include "guard.h"
#include "real.h"
#include "record.h"

#define SHIM_HOOK __attribute__((visibility("default")))
#define FRAME     __builtin_frame_address(0) /* of the hook itself: where stacks begin */

#endif
