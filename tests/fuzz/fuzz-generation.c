/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz-generation.c: what a release left in the registry, as anybody may have written it. */
#include "model/generation.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size };
	struct err AUTO_ERR err = ERR_INIT;
	AUTO_GENERATION struct generation *g = NULL, *again = NULL;
	AUTO_FREE char *written = NULL;

	if (generation_parse(text, "f", &g, &err)) {
		BUG_ON(err.class != ERR_INPUT || !err.msg);
		return 0;
	}
	written = generation_text(g);
	BUG_ON(generation_parse(str_c(written), "again", &again, NULL) || again->n != g->n);
	for (size_t i = 0; i < g->n; i++)
		BUG_ON(generation_find(again, g->images[i].name, g->images[i].key) !=
		       &again->images[i]);
	return 0;
}
