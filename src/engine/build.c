/* SPDX-License-Identifier: Apache-2.0 */
/* build.c: stages an image and makes the builder's command line. */
#include "engine/build.h"

#include "base/file.h"
#include "base/path.h"
#include "engine/stage.h"

#include <fcntl.h>

#define ID_MAX 256

size_t
build_contexts(const struct key_result *made, enum builder_kind kind, struct arena *a,
	       const char ***ret)
{
	const struct recipe *recipe = made->recipe;
	size_t n = 0;

	*ret = arena_calloc(a, recipe->nimages + 1, sizeof(**ret));
	if (builder_dialect(kind) == DIALECT_CLASSIC)
		return 0;
	for (size_t i = 0; i < recipe->nimages; i++) {
		const char *id = made->inputs->images.v[i].id, *text;
		bool known = false;

		if (!recipe->images[i].onbuild)
			continue;
		text = arena_printf(a, "%s=docker-image://%s", recipe->images[i].ref,
				    builder_image_ref(kind, a, id));
		for (size_t k = 0; k < n; k++)
			known = known || !strcmp((*ret)[k], text);
		if (!known)
			(*ret)[n++] = text;
	}
	return n;
}

static const char *const *
image_ids(const struct build_opts *o)
{
	const struct inputs *in = o->made->inputs;
	const char **ids = arena_calloc(o->made->arena, in->images.n + 1, sizeof(*ids));

	for (size_t i = 0; i < in->images.n; i++)
		ids[i] = in->images.v[i].id;
	return ids;
}

int
build_prepare(const struct build_opts *o, struct builder_cmd *ret, struct err *err)
{
	struct arena *a = o->made->arena;
	struct stage_opts stage = { .downloads = o->downloads,
				    .project = o->project,
				    .image = o->image,
				    .made = o->made,
				    .pool = o->pool };
	struct builder_build build = { .image = o->image,
				       .recipe = o->made->recipe,
				       .image_ids = image_ids(o),
				       .dir = o->dir,
				       .no_cache = o->no_cache };
	char key[DIGEST_SIZE];
	const char **contexts;
	int r;

	/* BuildKit keeps a copy of each folder that it was sent, by the folder's path, and takes from
	 * the next one only what has another size or time: staged files all have the same time. */
	sha256_digest(o->made->inputs->key, key);
	stage.dir = arena_printf(a, "%s/%s", o->dir, key + strlen("sha256:"));
	r = stage_make(&stage, err);
	if (r)
		return r;
	build.context = arena_printf(a, "%s/context", stage.dir);
	build.dockerfile = arena_printf(a, "%s/Dockerfile", stage.dir);
	build.files = stage_files(build.recipe, stage.dir, a);
	build.ncontexts = build_contexts(o->made, o->project->builder, a, &contexts);
	build.contexts = contexts;
	build.id_file = arena_printf(a, "%s/image-id", o->dir);
	r = builder_build_cmd(o->builder, a, &build, ret, err);
	if (r)
		return r;
	r = builder_add_secrets(o->builder, a, o->image, ret, err);
	if (r) {
		vec_fini(&ret->argv);
		vec_fini(&ret->env);
	}
	return r;
}

int
build_image_id(const char *dir, char ret[DIGEST_SIZE], struct err *err)
{
	AUTO_FREE char *path = path_join(dir, "image-id");
	AUTO_BUF struct buf text = BUF_INIT;
	struct sha256 h;
	struct str id;
	int r;

	buf_init(&text, 0);
	r = file_read(AT_FDCWD, path, ID_MAX, &text, err);
	if (r)
		return err_prefix(err, "the builder left no image ID");
	id = str_trim(buf_str(&text), " \n");
	if (!sha256_parse_digest(id, &h) || id.n >= DIGEST_SIZE)
		return err_set(err, ERR_FAILED, "the builder left no image ID but '%.*s'",
			       STR_FMT(id));
	memcpy(ret, id.p, id.n);
	ret[id.n] = '\0';
	return 0;
}
