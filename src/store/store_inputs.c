/* SPDX-License-Identifier: Apache-2.0 */
/* store_inputs.c: writing an input set into nodes and reading it back. */
#include "store/store_inputs.h"

#include "model/enc.h"
#include "store/store_priv.h"

#include <inttypes.h>
#include <stdio.h>

#define ROOT_MAGIC "lockstep-inputs\t1"
#define MAX_DEPTH 1000 /* of folders; PATH_MAX allows more than twice as many, builders fewer */

static int
put_node(struct store *s, struct str body, struct sha256 *ret, struct err *err)
{
	*ret = sha256_of(body.p, body.n);
	return sql_exec(s->db, SQL_NODE_PUT, err, "bb",
			((struct str){ (const char *)ret->b, SHA256_LEN }), body);
}

/* 1 found, 0 not. */
static int
get_node(struct store *s, struct sha256 hash, struct buf *ret, struct err *err)
{
	int r = sql_query(s->db, SQL_NODE_GET, err, "b",
			  ((struct str){ (const char *)hash.b, SHA256_LEN }));

	if (!r)
		r = sql_step(s->db, SQL_NODE_GET, err);
	if (r <= 0)
		return r;
	buf_add_str(ret, sql_blob(s->db, SQL_NODE_GET, 0));
	sql_reset(s->db, SQL_NODE_GET);
	return 1;
}

static void
add_hash(struct buf *b, struct sha256 h)
{
	char hex[SHA256_HEX_SIZE];

	sha256_hex(h, hex);
	enc_field(b, str_c(hex));
}

static int
by_path(const void *a, const void *b)
{
	const struct input_file *const *x = a, *const *y = b;
	int c = str_cmp((*x)->path, (*y)->path);

	return c ? c : (int)(*x)->kind - (int)(*y)->kind;
}

static void
add_leaf(struct buf *b, const struct input_file *f, struct str name)
{
	switch (f->kind) {
	case INPUT_FILE:
		buf_addc(b, 'f');
		enc_field(b, name);
		enc_field(b, f->executable ? STR_LIT("1") : STR_LIT("0"));
		add_hash(b, f->hash);
		buf_addf(b, "\t%lld", f->size);
		break;
	case INPUT_LINK:
		buf_addc(b, 'l');
		enc_field(b, name);
		enc_field(b, f->target);
		break;
	default:
		buf_addc(b, 'd');
		enc_field(b, name);
		break;
	}
	buf_addc(b, '\n');
}

struct range {
	const struct input_file **files;
	size_t n;
	size_t skip; /* bytes of the folder's own path, its '/' included */
};

static int
put_tree(struct store *s, struct range in, struct sha256 *ret, struct err *err)
{
	AUTO_BUF struct buf body = BUF_INIT;

	buf_init(&body, 0);
	for (size_t i = 0; i < in.n;) {
		struct str rest = str_sub(in.files[i]->path, in.skip, in.files[i]->path.n);
		size_t slash = str_find(rest, '/'), j = i + 1;
		struct sha256 sub;
		int r;

		if (slash == rest.n) {
			add_leaf(&body, in.files[i++], rest);
			continue;
		}
		while (j < in.n && in.files[j]->path.n > in.skip + slash &&
		       !memcmp(in.files[j]->path.p + in.skip, rest.p, slash + 1))
			j++;
		r = put_tree(s, (struct range){ in.files + i, j - i, in.skip + slash + 1 }, &sub,
			     err);
		if (r)
			return r;
		buf_addc(&body, 't');
		enc_field(&body, str_sub(rest, 0, slash));
		add_hash(&body, sub);
		buf_addc(&body, '\n');
		i = j;
	}
	return put_node(s, buf_str(&body), ret, err);
}

static int
put_files(struct store *s, const struct inputs *in, struct sha256 *ret, struct err *err)
{
	const struct input_file **sorted = xcalloc(in->files.n + 1, sizeof(*sorted));
	int r;

	for (size_t i = 0; i < in->files.n; i++)
		sorted[i] = &in->files.v[i];
	qsort(sorted, in->files.n, sizeof(*sorted), by_path);
	r = put_tree(s, (struct range){ sorted, in->files.n, 0 }, ret, err);
	free(sorted);
	return r;
}

static int
put_images(struct store *s, const struct inputs *in, struct sha256 *ret, struct err *err)
{
	AUTO_BUF struct buf b = BUF_INIT;

	buf_init(&b, 0);
	for (size_t i = 0; i < in->images.n; i++) {
		const struct input_image *im = &in->images.v[i];

		buf_addf(&b, "%d", im->line);
		enc_field(&b, str_c(im->ref));
		enc_field(&b, str_c(im->name ? im->name : ""));
		enc_field(&b, str_c(im->use));
		enc_field(&b, str_c(im->id));
		buf_addc(&b, '\n');
	}
	return put_node(s, buf_str(&b), ret, err);
}

static int
put_lines(struct store *s, char *const *lines, size_t n, struct sha256 *ret, struct err *err)
{
	AUTO_BUF struct buf b = BUF_INIT;

	buf_init(&b, 0);
	for (size_t i = 0; i < n; i++) {
		buf_adds(&b, lines[i]);
		buf_addc(&b, '\n');
	}
	return put_node(s, buf_str(&b), ret, err);
}

int
store_inputs_put(struct store *s, const struct inputs *in, struct sha256 *ret_root, struct err *err)
{
	AUTO_BUF struct buf root = BUF_INIT;
	struct sha256 facts, tail, images, dockerfile, tree;
	int r = put_lines(s, in->facts.v, in->facts.n, &facts, err);

	if (!r)
		r = put_lines(s, in->tail.v, in->tail.n, &tail, err);
	if (!r)
		r = put_images(s, in, &images, err);
	if (!r)
		r = put_node(s, in->dockerfile_text, &dockerfile, err);
	if (!r)
		r = put_files(s, in, &tree, err);
	if (r)
		return r;
	buf_init(&root, 0);
	buf_adds(&root, ROOT_MAGIC);
	add_hash(&root, facts);
	add_hash(&root, tail);
	add_hash(&root, images);
	add_hash(&root, dockerfile);
	add_hash(&root, tree);
	enc_field(&root, str_c(in->dockerfile_path ? in->dockerfile_path : ""));
	if (in->source.url) {
		enc_field(&root, str_c(in->source.url));
		enc_field(&root, str_c(in->source.ref));
		enc_field(&root, str_c(in->source.commit));
	}
	buf_addc(&root, '\n');
	for (size_t i = 0; i < in->remotes.n; i++) {
		buf_addf(&root, "%d", in->remotes.v[i].line);
		enc_field(&root, str_c(in->remotes.v[i].url));
		enc_field(&root, str_c(in->remotes.v[i].value));
		buf_addc(&root, '\n');
	}
	return put_node(s, buf_str(&root), ret_root, err);
}

/* Splits a line at TABs into decoded fields; false if a field is malformed or n differs. */
static bool
fields(struct str line, struct buf *bufs, size_t n)
{
	struct str piece;
	size_t i = 0;

	for (; i < n && str_next(&line, '\t', &piece); i++) {
		buf_clear(&bufs[i]);
		if (!enc_decode(piece, &bufs[i]))
			return false;
	}
	return i == n && !line.p;
}

struct reader {
	struct store *s;
	struct inputs *in;
	struct buf f[5];
};

static int get_tree(struct reader *rd, struct sha256 hash, struct str prefix, int depth,
		    struct err *err);

/* 1 read, 0 malformed or missing, negative error. */
static int
get_entry(struct reader *rd, struct str line, struct str prefix, int depth, struct err *err)
{
	static const size_t counts[128] = { ['f'] = 5, ['l'] = 3, ['d'] = 2, ['t'] = 3 };
	unsigned char tag = line.n ? (unsigned char)line.p[0] : 0;
	struct input_file file = { 0 };
	AUTO_BUF struct buf path = BUF_INIT;
	struct sha256 sub;
	unsigned long long size;

	if (tag >= 128 || !counts[tag] || !fields(line, rd->f, counts[tag]))
		return 0;
	buf_add_str(&path, prefix);
	buf_add_str(&path, buf_str(&rd->f[1]));
	if (tag == 't') {
		if (!sha256_parse_hex(buf_str(&rd->f[2]), &sub))
			return 0;
		buf_addc(&path, '/');
		return get_tree(rd, sub, buf_str(&path), depth + 1, err);
	}
	file.path = buf_str(&path);
	file.kind = tag == 'f' ? INPUT_FILE : tag == 'l' ? INPUT_LINK : INPUT_DIR;
	if (tag == 'l')
		file.target = buf_str(&rd->f[2]);
	if (tag == 'f') {
		file.executable = str_eq_c(buf_str(&rd->f[2]), "1");
		if (!sha256_parse_hex(buf_str(&rd->f[3]), &file.hash) ||
		    !str_to_u64(buf_str(&rd->f[4]), &size))
			return 0;
		file.size = (long long)size;
	}
	inputs_add_file(rd->in, &file);
	return 1;
}

static int
get_tree(struct reader *rd, struct sha256 hash, struct str prefix, int depth, struct err *err)
{
	AUTO_BUF struct buf body = BUF_INIT;
	struct str rest, line;
	int r;

	if (depth > MAX_DEPTH)
		return 0;
	buf_init(&body, 0);
	r = get_node(rd->s, hash, &body, err);
	rest = buf_str(&body);
	while (r > 0 && str_next_line(&rest, &line))
		r = get_entry(rd, line, prefix, depth, err);
	return r;
}

static int
get_images(struct reader *rd, struct str body)
{
	struct str line;

	while (str_next_line(&body, &line)) {
		unsigned long long at;
		struct input_image im;

		if (!fields(line, rd->f, 5) || !str_to_u64(buf_str(&rd->f[0]), &at))
			return 0;
		im = (struct input_image){ .ref = rd->f[1].data,
					   .name = rd->f[2].len ? rd->f[2].data : NULL,
					   .use = rd->f[3].data,
					   .id = rd->f[4].data,
					   .line = (int)at };
		inputs_add_image(rd->in, &im);
	}
	return 1;
}

enum part { PART_FACTS, PART_TAIL, PART_IMAGES, PART_DOCKERFILE, PART_TREE, PART_COUNT };

static int
get_part(struct reader *rd, enum part part, struct sha256 hash, struct err *err)
{
	AUTO_BUF struct buf body = BUF_INIT;
	struct str rest, line;
	int r;

	if (part == PART_TREE)
		return get_tree(rd, hash, STR_LIT(""), 0, err);
	buf_init(&body, 0);
	r = get_node(rd->s, hash, &body, err);
	if (r <= 0)
		return r;
	rest = buf_str(&body);
	switch (part) {
	case PART_FACTS:
		inputs_add_lines(rd->in, rest);
		return 1;
	case PART_TAIL:
		while (str_next_line(&rest, &line))
			vec_push(&rd->in->tail, arena_str(rd->in->arena, line));
		return 1;
	case PART_IMAGES:
		return get_images(rd, rest);
	default:
		rd->in->dockerfile_text.p = arena_dup(rd->in->arena, rest.p, rest.n + 1);
		rd->in->dockerfile_text.n = rest.n;
		return 1;
	}
}

static bool
get_source(struct reader *rd, struct str line)
{
	if (!fields(line, rd->f, 3))
		return false;
	inputs_set_source(rd->in,
			  &(struct input_source){ rd->f[0].data, rd->f[1].data, rd->f[2].data });
	return true;
}

static bool
get_remote(struct reader *rd, struct str line)
{
	struct input_remote remote;
	unsigned long long at;

	if (!fields(line, rd->f, 3) || !str_to_u64(buf_str(&rd->f[0]), &at))
		return false;
	remote = (struct input_remote){ rd->f[1].data, rd->f[2].data, (int)at };
	inputs_add_remote(rd->in, &remote);
	return true;
}

static int
get_root(struct reader *rd, struct str body, struct err *err)
{
	struct sha256 part[PART_COUNT];
	struct str line, piece;
	AUTO_BUF struct buf path = BUF_INIT;
	int r = 1;

	if (!str_next_line(&body, &line) || !str_starts(line, STR_LIT(ROOT_MAGIC "\t")))
		return 0;
	line = str_sub(line, sizeof(ROOT_MAGIC), line.n);
	for (size_t i = 0; i < PART_COUNT; i++)
		if (!str_next(&line, '\t', &piece) || !sha256_parse_hex(piece, &part[i]))
			return 0;
	buf_init(&path, 0);
	if (!str_next(&line, '\t', &piece) || !enc_decode(piece, &path))
		return 0;
	rd->in->dockerfile_path = arena_str(rd->in->arena, buf_str(&path));
	if (line.p && !get_source(rd, line))
		return 0;
	while (str_next_line(&body, &line))
		if (!get_remote(rd, line))
			return 0;
	for (size_t i = 0; i < PART_COUNT && r > 0; i++)
		r = get_part(rd, (enum part)i, part[i], err);
	return r;
}

int
store_inputs_get(struct store *s, struct sha256 root, struct inputs **ret, struct err *err)
{
	struct reader rd = { .s = s, .in = inputs_new() };
	AUTO_BUF struct buf body = BUF_INIT;
	int r;

	buf_init(&body, 0);
	for (size_t i = 0; i < ARRAY_SIZE(rd.f); i++)
		buf_init(&rd.f[i], 0);
	r = get_node(s, root, &body, err);
	if (r > 0)
		r = get_root(&rd, buf_str(&body), err);
	for (size_t i = 0; i < ARRAY_SIZE(rd.f); i++)
		buf_fini(&rd.f[i]);
	if (r <= 0) {
		inputs_free(rd.in);
		return r;
	}
	inputs_finish(rd.in);
	*ret = rd.in;
	return 1;
}
