/* SPDX-License-Identifier: Apache-2.0 */
/* fault.c: failures of the world, provoked for tests. */
#include "io/fault.h"

#ifdef LOCKSTEP_FAULTS
#include "base/str.h"

#include <signal.h>
#include <stdatomic.h>

/* The one mutable global outside cli/: a point is reached from anywhere, with no context. */
static atomic_ullong calls;

bool
fault_hit(const char *point)
{
	struct str spec = str_c(getenv("LOCKSTEP_FAULT"));
	size_t colon = str_find(spec, ':');
	unsigned long long nth = 1;

	if (!spec.n || !str_eq_c(str_sub(spec, 0, colon), point))
		return false;
	BUG_ON(colon < spec.n && !str_to_u64(str_sub(spec, colon + 1, spec.n), &nth));
	if (atomic_fetch_add(&calls, 1) + 1 != nth)
		return false;
	if (str_starts(str_c(point), STR_LIT("kill-")))
		(void)raise(SIGKILL); /* it cannot fail for ourselves */
	return true;
}

void
fault_reset(void)
{
	atomic_store(&calls, 0);
}
#endif
