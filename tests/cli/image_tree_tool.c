/* SPDX-License-Identifier: Apache-2.0 */
/* image_tree_tool.c: what an image holds, read from an export or where it lies, to hold the one against the other. */
#include "engine/cstorage.h"
#include "engine/image_tree.h"

#include <stdio.h>

/*
 * image_tree_tool DIR                       of an export
 * image_tree_tool ROOT DRIVER IMAGE_ID...   where containers/storage keeps it; of several, what they share is read once
 *
 * The canonical form that the tree ID is made of, and each entry's time. Exit status 3: it is not read there.
 */
static int
read_all(struct image_tree *t, struct err *err)
{
	struct pool *pool = pool_new(2);
	int r;

	do
		r = image_tree_step(t, pool, err);
	while (r > 0);
	pool_free(pool);
	return r;
}

static void
print(const struct image_tree *t)
{
	AUTO_BUF struct buf text = BUF_INIT;
	size_t n;
	const struct image_entry *const *entries = image_tree_entries(t, &n);

	buf_init(&text, 0);
	image_tree_canonical(t, &text);
	for (size_t i = 0; i < n; i++)
		buf_addf(&text, "%lld.%09lld %s\n", (long long)entries[i]->mtime_s,
			 (long long)entries[i]->mtime_ns, entries[i]->path);
	(void)fwrite(text.data, 1, text.len, stdout); /* whoever reads it sees what is missing */
}

static int
show(int r, struct image_tree *t, struct err *err)
{
	if (!r)
		r = read_all(t, err);
	if (!r)
		print(t);
	else
		(void)fprintf(stderr, "image_tree_tool: %s\n",
			      err->msg); /* nobody is left to tell */
	image_tree_free(t);
	return r ? 1 : 0;
}

static int
show_in_place(const struct cstorage *s, const char *image_id, struct image_layers *shared)
{
	AUTO_ARENA struct arena *arena = arena_new();
	AUTO_ERR struct err err = ERR_INIT;
	struct image_tree *t = NULL;
	struct image_export image;
	int r;

	if (!cstorage_layers(s, arena, image_id, &image))
		return 3;
	r = image_tree_of(&image, IMAGE_TREE_HASH, shared, &t, &err);
	return show(r, t, &err);
}

int
main(int argc, char **argv)
{
	AUTO_ERR struct err err = ERR_INIT;
	struct image_layers *shared;
	struct image_tree *t = NULL;
	int r = 0;

	if (argc == 2) {
		r = image_tree_open(argv[1], IMAGE_TREE_HASH, &t, &err);
		return show(r, t, &err);
	}
	if (argc < 4)
		return 2;
	shared = image_layers_new();
	for (int i = 3; i < argc; i++) {
		const struct cstorage s = { .root = argv[1], .driver = argv[2] };
		int one = show_in_place(&s, argv[i], shared);

		r = r ? r : one;
	}
	image_layers_free(shared);
	return r;
}
