/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz-manifest.c: manifests and indexes of any registry. */
#include "model/manifest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size };
	struct platform host = platform_host();
	struct err AUTO_ERR err = ERR_INIT;
	struct manifest *AUTO_MANIFEST m = NULL;
	const struct manifest_item *item;

	if (manifest_parse(text, NULL, "f", &m, &err)) {
		BUG_ON(err.class != ERR_INPUT || !err.msg);
		return 0;
	}
	BUG_ON(!m->is_index && !m->config.digest);
	item = manifest_choose(m, &host);
	BUG_ON(item && strcmp(item->platform.os, host.os) != 0);
	return 0;
}
