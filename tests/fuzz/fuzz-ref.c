/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz-ref.c: a reference that is taken reads back the same from its text. */
#include "model/ref.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *AUTO_ARENA arena = arena_new();
	struct str text = { (const char *)data, size };
	struct err AUTO_ERR err = ERR_INIT;
	struct ref ref, again;
	const char *written;

	(void)ref_valid_repository(text);
	(void)ref_valid_image_name(text);
	(void)ref_valid_tag(text);
	if (ref_parse(arena, text, &ref, &err)) {
		BUG_ON(err.class != ERR_INPUT || !err.msg);
		return 0;
	}
	written = ref_text(arena, &ref);
	BUG_ON(ref_parse(arena, str_c(written), &again, NULL));
	BUG_ON(strcmp(ref_text(arena, &again), written) != 0);
	BUG_ON(strcmp(ref.name, again.name) != 0 || strcmp(ref.domain, again.domain) != 0);
	BUG_ON(strcmp(ref.path, again.path) != 0 || !ref_valid_image_name(str_c(ref.path)));
	BUG_ON(ref.tag && strcmp(ref.tag, again.tag) != 0);
	BUG_ON(ref.digest && strcmp(ref.digest, again.digest) != 0);
	return 0;
}
