/* SPDX-License-Identifier: Apache-2.0 */
/* ignore_tool.c: what a builder would take of a tree, as the model says: for comparison with the builder. */
#include "base/file.h"
#include "base/map.h"
#include "base/vec.h"
#include "model/ignore.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

/*
 * ignore_tool DIALECT FILE: stdin is what `find -printf '%y %P\0'` says of a tree. Walks it as lockstep
 * does, and writes the paths that are taken and the folders above them, each ended by NUL, sorted.
 */

struct entry {
	struct str path;
	bool folder;
};

static int
entry_cmp(const void *a, const void *b)
{
	return str_cmp(((const struct entry *)a)->path, ((const struct entry *)b)->path);
}

static void
read_stdin(struct buf *b)
{
	ssize_t n;

	do {
		n = read(STDIN_FILENO, buf_reserve(b, 1 << 16), 1 << 16);
		b->len += n > 0 ? (size_t)n : 0;
	} while (n > 0);
}

/* True if a folder above it is in the map. */
static bool
is_below(const struct map *folders, struct str path)
{
	for (size_t i = 0; i < path.n; i++)
		if (path.p[i] == '/' && map_has(folders, str_sub(path, 0, i)))
			return true;
	return false;
}

static void
take(struct map *taken, struct str path)
{
	for (size_t i = 0; i < path.n; i++)
		if (path.p[i] == '/')
			(void)map_add(taken, str_sub(path, 0, i), NULL);
	(void)map_add(taken, path, NULL);
}

static void
walk(const struct ignore *ig, struct entry *entries, size_t n)
{
	struct map *AUTO_MAP left_out = map_new(); /* folders that are not entered */
	struct map *AUTO_MAP taken = map_new();

	for (size_t i = 0; i < n; i++) {
		struct str path = entries[i].path;

		if (is_below(left_out, path))
			continue;
		if (!ignore_match(ig, path).ignored)
			take(taken, path);
		else if (entries[i].folder && !ignore_may_include_below(ig, path))
			(void)map_add(left_out, path, NULL);
	}
	for (size_t i = 0; i < n; i++)
		if (map_has(taken, entries[i].path))
			(void)printf("%.*s%c", STR_FMT(entries[i].path), '\0');
}

int
main(int argc, char **argv)
{
	struct err_list AUTO_ERR_LIST errs = ERR_LIST_INIT;
	struct buf AUTO_BUF text = BUF_INIT, tree = BUF_INIT;
	VEC(struct entry) entries = { 0 };
	struct err AUTO_ERR err = ERR_INIT;
	struct str rest, item;
	struct ignore *ig;
	enum dialect dialect;

	if (argc != 3 || !dialect_parse(str_c(argv[1]), &dialect))
		return 2;
	if (file_read(AT_FDCWD, argv[2], MAX_IGNORE_FILE, &text, &err)) {
		(void)fprintf(stderr, "%s\n", err.msg);
		return 2;
	}
	read_stdin(&tree);
	rest = buf_str(&tree);
	while (rest.n && str_next(&rest, '\0', &item)) {
		struct entry e = { str_sub(item, 2, item.n), item.p[0] == 'd' };

		if (e.path.n)
			vec_push(&entries, e);
	}
	qsort(entries.v, entries.n, sizeof(*entries.v), entry_cmp);
	ig = ignore_parse(buf_str(&text), argv[2], dialect, &errs);
	for (size_t i = 0; i < errs.n; i++) {
		AUTO_FREE char *line = err_text(&errs.items[i]);

		(void)fprintf(stderr, "%s\n", line);
	}
	if (ig)
		walk(ig, entries.v, entries.n);
	ignore_free(ig);
	vec_fini(&entries);
	return ig ? 0 : 1;
}
