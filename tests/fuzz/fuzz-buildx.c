/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz-buildx.c: whatever is said of a builder, what is taken of it is usable. */
#include "model/buildx.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *AUTO_ARENA arena = arena_new();
	struct buildx_info info;

	buildx_parse(arena, (struct str){ (const char *)data, size }, &info);
	BUG_ON(info.name && !*info.name);
	BUG_ON(info.minor && !info.version);
	for (size_t i = 0; i < info.nplatforms; i++)
		BUG_ON(buildx_lacks(&info, &info.platforms[i]));
	return 0;
}
