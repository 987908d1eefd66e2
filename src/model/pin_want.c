/* SPDX-License-Identifier: Apache-2.0 */
/* pin_want.c: which images are ours. */
#include "model/pin_want.h"

#include "model/ref.h"

void
pin_want_fini(struct pin_want *w)
{
	vec_fini(&w->images);
}

static int
add(struct pin_want *w, const struct pin_image *image, struct err *err)
{
	for (size_t i = 0; i < w->images.n; i++)
		if (!strcmp(w->images.v[i].name, image->name))
			return err_set(err, ERR_USAGE, "image '%s' is named twice", image->name);
	vec_push(&w->images, *image);
	return 0;
}

/* The name without a version, normalised. */
static int
parse_name(struct pin_want *w, struct str name, const char **ret, struct err *err)
{
	struct ref ref = { 0 };
	int r = ref_parse(w->arena, name, &ref, err);

	if (!r && (ref.tag || ref.digest))
		r = err_set(err, ERR_INPUT, "'%.*s' has a version, and a name is wanted",
			    STR_FMT(name));
	*ret = ref.name;
	return r;
}

int
pin_want_text(struct pin_want *w, const char *text, struct err *err)
{
	struct str all = str_c(text), name = str_sub(all, 0, str_find(all, '=')), version;
	struct pin_image image = { 0 };
	struct ref ref = { 0 };
	int r = parse_name(w, name, &image.name, err);

	if (!r && name.n < all.n) {
		version = str_sub(all, name.n + 1, all.n);
		/* The grammar of references says what tags and digests are. */
		r = ref_parse(w->arena,
			      str_c(arena_printf(w->arena, "%s%s%.*s", image.name,
						 version.n && version.p[0] == '@' ? "" : ":",
						 STR_FMT(version))),
			      &ref, err);
		image.tag = ref.tag;
		image.digest = ref.digest;
	}
	if (r) {
		err_prefix(err, "--image");
		err_hint(err, "it is NAME=TAG, NAME=TAG@DIGEST or NAME=@DIGEST, for example "
			      "ghcr.io/owner/app=v2");
		if (err)
			err->class = ERR_USAGE;
		return -ERR_USAGE;
	}
	return add(w, &image, err);
}

int
pin_want_event(struct pin_want *w, const struct event *e, struct err *err)
{
	const struct event_image *images = e->nimages ? e->images : e->changed;
	size_t n = e->nimages ? e->nimages : e->nchanged;

	for (size_t i = 0; i < n; i++) {
		struct pin_image image = { .tag = images[i].tag, .digest = images[i].digest };
		int r = parse_name(w, str_c(images[i].image), &image.name, err);

		if (!r)
			r = add(w, &image, err);
		if (r)
			return r;
	}
	return 0;
}

int
pin_want_graph(struct pin_want *w, const struct graph *g, struct err *err)
{
	if (!*g->registry) {
		err_set(err, ERR_INPUT, "'%s' has no registry, so nobody pins its images", g->file);
		err_hint(err, "set 'registry:', or name the images with --image");
		return -ERR_INPUT;
	}
	for (size_t i = 0; i < g->nimages; i++) {
		struct pin_image image = { 0 };
		int r = parse_name(w,
				   str_c(arena_printf(w->arena, "%s/%s", g->registry,
						      g->images[i].name)),
				   &image.name, err);

		if (!r)
			r = add(w, &image, err);
		if (r)
			return r;
	}
	return 0;
}
