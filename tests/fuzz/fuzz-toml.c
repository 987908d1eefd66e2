/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz-toml.c: TOML from anywhere, and what registries.conf makes of it. */
/* floor: model */
#include "model/registries_conf.h"
#include "model/toml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
ask(const struct registries_conf *conf, const char *text)
{
	struct arena *AUTO_ARENA arena = arena_new();
	struct err AUTO_ERR err = ERR_INIT;
	struct registries_place *places = NULL;
	struct ref ref;
	size_t n = 0;

	BUG_ON(ref_parse(arena, str_c(text), &ref, NULL));
	(void)registries_conf_insecure(conf, &ref);
	if (registries_conf_places(conf, arena, &ref, &places, &n, &err)) {
		BUG_ON(!err.msg);
		return;
	}
	BUG_ON(!n || places[n - 1].mirror);
	for (size_t i = 0; i < n; i++)
		BUG_ON(!*places[i].domain || !ref_valid_image_name(str_c(places[i].path)));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size };
	struct err AUTO_ERR err = ERR_INIT;
	struct registries_conf *conf;
	AUTO_JSON json_t *root = NULL;

	if (toml_parse(text, "f", &root, &err)) {
		BUG_ON(err.class != ERR_INPUT || err.where.line < 1 || err.where.col < 1);
		return 0;
	}
	BUG_ON(!json_is_object(root));
	conf = registries_conf_new();
	if (!registries_conf_add(conf, text, "f", &err)) {
		ask(conf, "debian");
		ask(conf, "example.com/foo/image:1");
		ask(conf, "a.b:5000/c/d@sha256:"
			  "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
	}
	registries_conf_free(conf);
	return 0;
}
