/* SPDX-License-Identifier: Apache-2.0 */
/* owner.h: a name for this process that others can ask after, and bytes of chance. */
#ifndef LOCKSTEP_IO_OWNER_H
#define LOCKSTEP_IO_OWNER_H

#include "base/mem.h"

#include <stdbool.h>
#include <stddef.h>

/* "HOST/PID-NAMESPACE/PID". Caller frees. */
char *owner_name(void) NODISCARD;
/* True if the process of that name is known to have ended: it was on this host, in this namespace of
 * process ids, and is not there any more. False when that cannot be known, or the id is in use again. */
bool owner_gone(const char *name);
/* Bytes that nobody can guess. */
void owner_chance(void *ret, size_t n);

#endif
