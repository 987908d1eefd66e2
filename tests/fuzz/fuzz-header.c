/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz-header.c: WWW-Authenticate and Link from anyone. */
#include "model/header.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *AUTO_ARENA arena = arena_new();
	struct str value = { (const char *)data, size }, target;
	struct header_challenge *all = NULL;
	size_t n = header_challenges(arena, value, &all);

	for (size_t i = 0; i < n; i++) {
		(void)header_scheme_name(all[i].scheme);
		BUG_ON(all[i].realm && strlen(all[i].realm) > size);
	}
	if (header_link_next(value, &target))
		BUG_ON(!target.n || target.p < value.p || target.p + target.n > value.p + size);
	return 0;
}
