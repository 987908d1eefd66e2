/* SPDX-License-Identifier: Apache-2.0 */
/* inputs.c: input sets, their canonical form and the key. */
#include "model/inputs.h"

#include "lockstep/formats.h"
#include "model/enc.h"
#include "model/inputs_priv.h"

/* A big context is hashed piece by piece: its canonical form is never whole in memory. */
#define HASH_PIECE (64u << 10)

ENUM_DEFINE(input_kind, INPUT_KIND_LIST);

struct inputs *
inputs_new(void)
{
	struct inputs *in = xcalloc(1, sizeof(*in));

	in->arena = arena_new();
	return in;
}

void
inputs_free(struct inputs *in)
{
	if (!in)
		return;
	vec_fini(&in->facts);
	vec_fini(&in->tail);
	vec_fini(&in->files);
	vec_fini(&in->images);
	vec_fini(&in->remotes);
	vec_fini(&in->skipped);
	arena_free(in->arena);
	free(in);
}

bool
inputs_line_kind(const char *line, enum input_kind *ret)
{
	return input_kind_parse((struct str){ line, strcspn(line, "\t") }, ret);
}

static void
add_line(struct inputs *in, enum input_kind kind, char *line)
{
	if (kind == INPUT_EPOCH)
		vec_push(&in->tail, line);
	else
		vec_push(&in->facts, line);
}

void
inputs_add(struct inputs *in, enum input_kind kind, size_t n, const struct str *fields)
{
	AUTO_BUF struct buf b = BUF_INIT;

	buf_adds(&b, input_kind_name(kind));
	for (size_t i = 0; i < n; i++)
		enc_field(&b, fields[i]);
	add_line(in, kind, arena_str(in->arena, buf_str(&b)));
}

void
inputs_add_lines(struct inputs *in, struct str lines)
{
	struct str line;

	while (str_next_line(&lines, &line)) {
		char *copy = arena_str(in->arena, line);
		enum input_kind kind;

		BUG_ON(!inputs_line_kind(copy, &kind));
		add_line(in, kind, copy);
	}
}

void
inputs_add_file(struct inputs *in, const struct input_file *file)
{
	struct input_file copy = *file;

	copy.path.p = arena_str(in->arena, file->path);
	copy.target.p = arena_str(in->arena, file->target);
	vec_push(&in->files, copy);
}

void
inputs_add_image(struct inputs *in, const struct input_image *image)
{
	struct arena *a = in->arena;
	struct input_image copy = { .ref = arena_strdup(a, image->ref),
				    .name = image->name ? arena_strdup(a, image->name) : NULL,
				    .use = arena_strdup(a, image->use),
				    .id = arena_strdup(a, image->id),
				    .line = image->line };

	vec_push(&in->images, copy);
}

void
inputs_add_remote(struct inputs *in, const struct input_remote *remote)
{
	struct input_remote copy = { .url = arena_strdup(in->arena, remote->url),
				     .value = arena_strdup(in->arena, remote->value),
				     .line = remote->line };

	vec_push(&in->remotes, copy);
}

void
inputs_set_source(struct inputs *in, const struct input_source *source)
{
	in->source = (struct input_source){ .url = arena_strdup(in->arena, source->url),
					    .ref = arena_strdup(in->arena, source->ref),
					    .commit = arena_strdup(in->arena, source->commit) };
}

/* The instructions of all stages and what belongs to them keep their order among each other. */
static enum input_kind
section(enum input_kind kind)
{
	return kind >= INPUT_STAGE && kind <= INPUT_BASE_CONFIG ? INPUT_STAGE : kind;
}

struct sorted_fact {
	enum input_kind section;
	size_t index;
	char *line;
};

static int
fact_cmp(const void *a, const void *b)
{
	const struct sorted_fact *x = a, *y = b;
	int r;

	if (x->section != y->section)
		return x->section < y->section ? -1 : 1;
	r = x->section == INPUT_STAGE ? 0 : strcmp(x->line, y->line);
	return r ? r : x->index < y->index ? -1 : 1;
}

static void
sort_facts(struct inputs *in)
{
	struct sorted_fact *v = xcalloc(in->facts.n + 1, sizeof(*v));
	size_t n = 0;

	for (size_t i = 0; i < in->facts.n; i++) {
		enum input_kind kind;

		BUG_ON(!inputs_line_kind(in->facts.v[i], &kind));
		v[i] = (struct sorted_fact){ section(kind), i, in->facts.v[i] };
	}
	qsort(v, in->facts.n, sizeof(*v), fact_cmp);
	/* A fact that is said twice is one fact; an instruction is what it does. */
	for (size_t i = 0; i < in->facts.n; i++) {
		if (n && v[i].section != INPUT_STAGE && !strcmp(in->facts.v[n - 1], v[i].line))
			continue;
		in->facts.v[n++] = v[i].line;
	}
	in->facts.n = n;
	free(v);
}

/* The order of the encoded forms, without making them: a byte that is encoded sorts as '%' and
 * then by its value, since its digits do. */
static int
encoded_cmp(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n, i = 0;
	unsigned char x, y;
	bool plain_x, plain_y;

	while (i < n && a.p[i] == b.p[i])
		i++;
	if (i == n)
		return a.n < b.n ? -1 : a.n > b.n;
	x = (unsigned char)a.p[i];
	y = (unsigned char)b.p[i];
	plain_x = x > ' ' && x < 0x7f && x != '%';
	plain_y = y > ' ' && y < 0x7f && y != '%';
	if (plain_x == plain_y)
		return x < y ? -1 : 1;
	return (plain_x ? x : '%') < (plain_y ? y : '%') ? -1 : 1;
}

int
inputs_file_cmp(const struct input_file *x, const struct input_file *y)
{
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return encoded_cmp(x->path, y->path);
}

static int
file_cmp(const void *a, const void *b)
{
	const struct input_file *x = a, *y = b;
	int r = inputs_file_cmp(x, y);

	/* Of two instructions that read it, the first is kept. */
	return r ? r : x->line < y->line ? -1 : x->line > y->line;
}

static void
sort_files(struct inputs *in)
{
	size_t n = 0;

	if (in->files.n)
		qsort(in->files.v, in->files.n, sizeof(*in->files.v), file_cmp);
	for (size_t i = 0; i < in->files.n; i++) {
		if (!n || inputs_file_cmp(&in->files.v[n - 1], &in->files.v[i]) != 0)
			in->files.v[n++] = in->files.v[i];
	}
	in->files.n = n;
}

static void
add_file_line(const struct input_file *f, struct buf *b)
{
	char hex[SHA256_HEX_SIZE];

	buf_adds(b, input_kind_name(f->kind));
	enc_field(b, f->path);
	if (f->kind == INPUT_FILE) {
		sha256_hex(f->hash, hex);
		buf_adds(b, f->executable ? "\t1\t" : "\t0\t");
		buf_add(b, hex, sizeof(hex) - 1);
	} else if (f->kind == INPUT_LINK) {
		enc_field(b, f->target);
	}
	buf_addc(b, '\n');
}

/* Writes the canonical form into b; with a hash, b is emptied into it now and then. */
static void
write_canonical(const struct inputs *in, struct buf *b, struct sha256_ctx *hash)
{
	for (size_t i = 0; i < in->facts.n; i++) {
		buf_adds(b, in->facts.v[i]);
		buf_addc(b, '\n');
	}
	for (size_t i = 0; i < in->files.n; i++) {
		add_file_line(&in->files.v[i], b);
		if (hash && b->len >= HASH_PIECE) {
			sha256_update(hash, b->data, b->len);
			buf_clear(b);
		}
	}
	for (size_t i = 0; i < in->tail.n; i++) {
		buf_adds(b, in->tail.v[i]);
		buf_addc(b, '\n');
	}
}

void
inputs_canonical(const struct inputs *in, struct buf *b)
{
	write_canonical(in, b, NULL);
}

static void
make_key(struct inputs *in)
{
	AUTO_SHA256 struct sha256_ctx *hash = sha256_new();
	AUTO_BUF struct buf b = BUF_INIT;

	buf_init(&b, 0);
	write_canonical(in, &b, hash);
	sha256_update(hash, b.data, b.len);
	in->key = sha256_final(hash);
}

void
inputs_finish(struct inputs *in)
{
	sort_facts(in);
	sort_files(in);
	if (in->tail.n)
		qsort(in->tail.v, in->tail.n, sizeof(*in->tail.v), strp_cmp);
	make_key(in);
}
