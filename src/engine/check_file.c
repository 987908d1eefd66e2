/* SPDX-License-Identifier: Apache-2.0 */
/* check_file.c: checks of what an image holds: `file` and `absent`. */
#include "base/path.h"
#include "engine/check_priv.h"
#include "engine/image_tree.h"

#define MAX_ACCOUNTS (4u << 20) /* /etc/passwd, /etc/group of an image */
#define MAX_SHOWN 60            /* of a text that was looked for */

/* Bytes that a file must hold, or must not. */
struct needle {
	struct str name; /* as the graph has it */
	struct buf bytes;
	bool hex, wanted, found;
};

struct search {
	VEC(struct needle) needles;
	size_t open; /* not found yet */
	size_t longest;
	struct buf window; /* the end of what was seen, and the piece */
};

static int
look_in_piece(void *ctx, struct str piece, bool *ret_enough, struct err *err UNUSED)
{
	struct search *s = ctx;

	buf_add_str(&s->window, piece);
	for (size_t i = 0; i < s->needles.n; i++) {
		struct needle *n = &s->needles.v[i];

		if (n->found || !memmem(s->window.data, s->window.len, n->bytes.data, n->bytes.len))
			continue;
		n->found = true;
		s->open--;
	}
	*ret_enough = s->open == 0;
	if (s->window.len >= s->longest)
		buf_consume(&s->window, s->window.len - s->longest + 1);
	return 0;
}

static const struct {
	const char *key;
	bool hex, wanted;
} needle_keys[] = {
	{ "contains", false, true },
	{ "contains-hex", true, true },
	{ "not-contains", false, false },
	{ "not-contains-hex", true, false },
};

/* The loader has taken nothing but pairs of digits. */
static void
add_hex(struct str digits, struct buf *bytes)
{
	for (size_t i = 0; i + 1 < digits.n; i += 2) {
		char pair[] = { digits.p[i], digits.p[i + 1], '\0' };

		buf_addc(bytes, (char)strtoul(pair, NULL, 16));
	}
}

static void
take_needles(struct search *s, const json_t *spec)
{
	for (size_t k = 0; k < ARRAY_SIZE(needle_keys); k++) {
		const json_t *list = json_object_get(spec, needle_keys[k].key), *text;
		size_t i;

		json_array_foreach(list, i, text)
		{
			struct needle n = { .hex = needle_keys[k].hex,
					    .wanted = needle_keys[k].wanted };

			n.name = (struct str){ json_string_value(text), json_string_length(text) };
			buf_init(&n.bytes, 0);
			if (n.hex)
				add_hex(n.name, &n.bytes);
			else
				buf_add_str(&n.bytes, n.name);
			if (n.bytes.len > s->longest)
				s->longest = n.bytes.len;
			vec_push(&s->needles, n);
		}
	}
	s->open = s->needles.n;
}

static void
add_needle_fault(const struct needle *n, struct buf *faults)
{
	bool cut = n->name.n > MAX_SHOWN;

	check_add_fault(faults, "%s %s'%.*s%s'", n->found ? "holds" : "does not hold",
			n->hex ? "the bytes " : "", cut ? MAX_SHOWN : (int)n->name.n, n->name.p,
			cut ? "…" : "");
}

static int
judge_content(struct check_item *item, const struct image_entry *file, struct buf *faults,
	      struct err *err)
{
	struct search s = { .longest = 1 };
	int r = 0;

	take_needles(&s, item->check->spec);
	buf_init(&s.window, 0);
	if (s.needles.n && file->size)
		r = image_tree_read(item->opts->tree, file, look_in_piece, &s, err);
	for (size_t i = 0; i < s.needles.n; i++) {
		struct needle *n = &s.needles.v[i];

		if (!r && n->wanted != n->found)
			add_needle_fault(n, faults);
		buf_fini(&n->bytes);
	}
	buf_fini(&s.window);
	vec_fini(&s.needles);
	return r;
}

static int
take_all(void *ctx, struct str piece, bool *ret_enough UNUSED, struct err *err UNUSED)
{
	buf_add_str(ctx, piece);
	return 0;
}

/* The number of a name in a file of "name:x:NUMBER:…" lines of the image: passwd, group. */
static int
account(const struct check_item *item, const char *path, struct str name, long long *ret,
	struct err *err)
{
	const struct image_entry *file = image_tree_follow(item->opts->tree, path);
	AUTO_BUF struct buf text = BUF_INIT;
	unsigned long long number;
	struct str rest, line, piece;
	int r = 0;

	*ret = -1;
	buf_init(&text, MAX_ACCOUNTS);
	if (file && file->type == TAR_FILE && file->size)
		r = image_tree_read(item->opts->tree, file, take_all, &text, err);
	rest = buf_str(&text);
	while (!r && *ret < 0 && str_next_line(&rest, &line))
		if (str_next(&line, ':', &piece) && str_eq(piece, name) &&
		    str_next(&line, ':', &piece) && str_next(&line, ':', &piece) &&
		    str_to_u64(piece, &number))
			*ret = (long long)number;
	return r;
}

static int
judge_one_owner(struct check_item *item, struct str wanted, const char *accounts, long long have,
		struct buf *faults, struct err *err)
{
	const char *what = strstr(accounts, "passwd") ? "owner" : "group";
	unsigned long long number;
	long long id;
	int r = 0;

	if (str_to_u64(wanted, &number))
		id = (long long)number;
	else
		r = account(item, accounts, wanted, &id, err);
	if (r)
		return r;
	if (id < 0)
		check_add_fault(faults, "%s '%.*s' is not in the image's %s", what, STR_FMT(wanted),
				accounts);
	else if (id != have)
		check_add_fault(faults, "%s is %lld, not %.*s", what, have, STR_FMT(wanted));
	return 0;
}

static int
judge_owner(struct check_item *item, const struct image_entry *e, struct buf *faults,
	    struct err *err)
{
	struct str rest = str_c(json_get_text(item->check->spec, "owner")), user, group;
	int r = 0;

	if (str_next(&rest, ':', &user))
		r = judge_one_owner(item, user, "/etc/passwd", e->uid, faults, err);
	if (!r && str_next(&rest, ':', &group))
		r = judge_one_owner(item, group, "/etc/group", e->gid, faults, err);
	return r;
}

static void
judge_mode(const struct check_item *item, const struct image_entry *e, struct buf *faults)
{
	const char *mode = json_get_text(item->check->spec, "mode");
	AUTO_FREE char *have = xasprintf("%04o", e->mode);

	if (mode && strcmp(mode, have) != 0)
		check_add_fault(faults, "mode is %s, not %s", have, mode);
}

static void
judge_size(const struct check_item *item, const struct image_entry *e, struct buf *faults)
{
	const json_t *least = json_object_get(item->check->spec, "min-size");
	const json_t *most = json_object_get(item->check->spec, "max-size");

	if (least && e->size < json_integer_value(least))
		check_add_fault(faults, "has %lld bytes, less than %lld", (long long)e->size,
				(long long)json_integer_value(least));
	if (most && e->size > json_integer_value(most))
		check_add_fault(faults, "has %lld bytes, more than %lld", (long long)e->size,
				(long long)json_integer_value(most));
}

static void
judge_target(const struct check_item *item, const char *path, struct buf *faults)
{
	const char *target = json_get_text(item->check->spec, "target");
	const struct image_entry *e = image_tree_link(item->opts->tree, path);

	if (!target)
		return;
	if (!e || e->type != TAR_SYMLINK)
		check_add_fault(faults, "is no symlink");
	else if (strcmp(e->target, target) != 0)
		check_add_fault(faults, "points to '%s', not '%s'", e->target, target);
}

static bool
wants_content(const json_t *spec)
{
	for (size_t i = 0; i < ARRAY_SIZE(needle_keys); i++)
		if (json_object_get(spec, needle_keys[i].key))
			return true;
	return json_object_get(spec, "min-size") || json_object_get(spec, "max-size");
}

/* The same name elsewhere is most often what was meant. */
static void
not_there(const struct check_item *item, const char *path, struct buf *faults)
{
	const struct image_entry *const *entries, *near = NULL;
	const struct image_entry *link = image_tree_link(item->opts->tree, path);
	size_t n;

	if (link && link->type == TAR_SYMLINK) {
		check_add_fault(faults, "is a link to '%s', which is not there", link->target);
		return;
	}
	entries = image_tree_entries(item->opts->tree, &n);
	for (size_t i = 0; i < n && !near; i++)
		if (!strcmp(path_base(entries[i]->path), path_base(path)))
			near = entries[i];
	if (near)
		check_add_fault(faults, "is not there (but '%s' is)", near->path);
	else
		check_add_fault(faults, "is not there");
}

/* It may be there, and in none of the folders of PATH, or not to be executed. */
static void
no_command(const struct check_item *item, const char *name, struct buf *faults)
{
	size_t n;
	const struct image_entry *const *entries = image_tree_entries(item->opts->tree, &n);

	for (size_t i = 0; i < n; i++) {
		if (entries[i]->type != TAR_FILE || strcmp(path_base(entries[i]->path), name) != 0)
			continue;
		check_add_fault(faults,
				"is no command in the image's PATH (but '%s' is there, mode %04o)",
				entries[i]->path, entries[i]->mode);
		return;
	}
	check_add_fault(faults, "is no command in the image's PATH");
}

static int
judge_path(struct check_item *item, const char *path, struct buf *faults, struct err *err)
{
	const json_t *spec = item->check->spec;
	const struct image_entry *e = image_tree_follow(item->opts->tree, path);
	int r = 0;

	judge_target(item, path, faults);
	if (!e) {
		if (!json_object_get(spec, "target") || json_object_size(spec) > 2)
			not_there(item, path, faults);
		return 0;
	}
	judge_mode(item, e, faults);
	if (json_object_get(spec, "owner"))
		r = judge_owner(item, e, faults, err);
	if (wants_content(spec) && e->type != TAR_FILE) {
		check_add_fault(faults, "is no regular file");
	} else if (!r && e->type == TAR_FILE) {
		judge_size(item, e, faults);
		r = judge_content(item, e, faults, err);
	}
	return r;
}

static int
judge_file(struct check_item *item, struct err *err)
{
	const char *name = json_get_text(item->check->spec, "file");
	AUTO_FREE char *found = *name == '/' ? NULL : image_tree_which(item->opts->tree, name);
	const char *path = *name == '/' ? name : found;
	AUTO_BUF struct buf faults = BUF_INIT;
	int r = 0;

	buf_init(&faults, 0);
	if (path)
		r = judge_path(item, path, &faults, err);
	else
		no_command(item, name, &faults);
	check_judged(item, &faults);
	return r;
}

static int
judge_absent(struct check_item *item, struct err *err UNUSED)
{
	const char *name = json_get_text(item->check->spec, "absent");
	const struct image_entry *e;
	AUTO_BUF struct buf faults = BUF_INIT;

	buf_init(&faults, 0);
	if (*name == '/')
		e = image_tree_link(item->opts->tree, name);
	else
		e = image_tree_command(item->opts->tree, name);
	if (e)
		check_add_fault(&faults, "is there: %s", e->path);
	check_judged(item, &faults);
	return 0;
}

const struct check_ops check_file_ops = { .judge = judge_file };
const struct check_ops check_absent_ops = { .judge = judge_absent };
