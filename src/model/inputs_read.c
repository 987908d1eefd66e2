/* SPDX-License-Identifier: Apache-2.0 */
/* inputs_read.c: canonical forms of input sets, read back. */
#include "lockstep/formats.h"
#include "model/enc.h"
#include "model/inputs_priv.h"

#define HEAD "lockstep-key\t"

static bool
decode_field(struct arena *arena, struct str encoded, struct str *ret)
{
	AUTO_BUF struct buf b = BUF_INIT;

	buf_init(&b, 0);
	if (!enc_decode(encoded, &b))
		return false;
	*ret = (struct str){ arena_str(arena, buf_str(&b)), b.len };
	return true;
}

static bool
read_fact(struct arena *arena, const char *line, struct input_fact *ret)
{
	struct str rest = str_c(line), piece;
	size_t n = 0;

	if (!inputs_line_kind(line, &ret->kind))
		return false;
	for (const char *p = line; (p = strchr(p, '\t')); p++)
		n++;
	ret->line = line;
	ret->n = 0;
	ret->f = arena_calloc(arena, n, sizeof(*ret->f));
	(void)str_next(&rest, '\t', &piece);
	while (str_next(&rest, '\t', &piece)) {
		if (!decode_field(arena, piece, &ret->f[ret->n++]))
			return false;
	}
	return true;
}

bool
inputs_read_facts(struct arena *arena, const struct inputs *in, struct input_facts *ret)
{
	ret->n = 0;
	ret->v = arena_calloc(arena, in->facts.n + in->tail.n, sizeof(*ret->v));
	for (size_t i = 0; i < in->facts.n; i++) {
		if (!read_fact(arena, in->facts.v[i], &ret->v[ret->n++]))
			return false;
	}
	for (size_t i = 0; i < in->tail.n; i++) {
		if (!read_fact(arena, in->tail.v[i], &ret->v[ret->n++]))
			return false;
	}
	return true;
}

const char *
input_field(const struct input_fact *fact, size_t i)
{
	return i < fact->n ? fact->f[i].p : "";
}

const char *
inputs_version(const struct inputs *in)
{
	const char *first = in->facts.n ? in->facts.v[0] : "";

	return !strncmp(first, HEAD, strlen(HEAD)) ? first + strlen(HEAD) : "";
}

struct parser {
	struct inputs *in;
	struct err *err;
	int line;
};

static int
broken(struct parser *p, const char *what)
{
	return err_set(p->err, ERR_INPUT, "input record, line %d: %s", p->line, what);
}

static int
parse_file(struct parser *p, const struct input_fact *fact)
{
	static const size_t wanted[] = { 3, 2, 1 };
	struct input_file file = { .kind = fact->kind };

	if (fact->n != wanted[fact->kind - INPUT_FILE])
		return broken(p, "wrong number of fields");
	file.path = fact->f[0];
	if (fact->kind == INPUT_LINK)
		file.target = fact->f[1];
	if (fact->kind == INPUT_FILE) {
		file.executable = str_eq_c(fact->f[1], "1");
		if (!file.executable && !str_eq_c(fact->f[1], "0"))
			return broken(p, "the mode is neither 0 nor 1");
		if (!sha256_parse_hex(fact->f[2], &file.hash))
			return broken(p, "no SHA-256");
	}
	inputs_add_file(p->in, &file);
	return 0;
}

static int
parse_line(struct parser *p, struct str line)
{
	char *copy = arena_str(p->in->arena, line);
	struct input_fact fact;

	if (memchr(line.p, '\0', line.n) || !read_fact(p->in->arena, copy, &fact))
		return broken(p, "no record of this format");
	if (fact.kind >= INPUT_FILE && fact.kind <= INPUT_DIR)
		return parse_file(p, &fact);
	if (fact.kind == INPUT_EPOCH)
		vec_push(&p->in->tail, copy);
	else
		vec_push(&p->in->facts, copy);
	return 0;
}

/* Of another version only the bytes are known: enough to say that it is another. */
static int
parse_foreign(struct parser *p, struct str canonical)
{
	struct str line, rest = canonical;

	while (str_next_line(&rest, &line))
		vec_push(&p->in->facts, arena_str(p->in->arena, line));
	p->in->key = sha256_of(canonical.p, canonical.n);
	return 0;
}

static int
parse_own(struct parser *p, struct str canonical)
{
	AUTO_BUF struct buf again = BUF_INIT;
	struct str line, rest = canonical;
	int r;

	while (str_next_line(&rest, &line)) {
		p->line++;
		r = parse_line(p, line);
		if (r)
			return r;
	}
	inputs_finish(p->in);
	buf_init(&again, 0);
	inputs_canonical(p->in, &again);
	if (!str_eq(buf_str(&again), canonical))
		return broken(p, "not in canonical order");
	return 0;
}

int
inputs_parse(struct str canonical, struct inputs **ret, struct err *err)
{
	struct parser p = { .in = inputs_new(), .err = err, .line = 0 };
	struct str rest = canonical, first;
	unsigned long long version;
	int r;

	if (!canonical.n || canonical.p[canonical.n - 1] != '\n' || !str_next_line(&rest, &first) ||
	    !str_starts(first, STR_LIT(HEAD)) ||
	    !str_to_u64(str_sub(first, strlen(HEAD), first.n), &version))
		r = err_set(err, ERR_INPUT,
			    "this is no input record: the first line is not "
			    "'lockstep-key' and a version");
	else if (version != LOCKSTEP_KEY_VERSION)
		r = parse_foreign(&p, canonical);
	else
		r = parse_own(&p, canonical);
	if (r) {
		inputs_free(p.in);
		return r;
	}
	*ret = p.in;
	return 0;
}

size_t
inputs_args(struct arena *arena, const struct inputs *in, const struct input_arg **ret)
{
	struct input_facts facts;
	struct input_arg *v = arena_calloc(arena, in->facts.n + 1, sizeof(*v));
	size_t n = 0;

	*ret = v;
	if (!inputs_read_facts(arena, in, &facts))
		return 0;
	for (size_t i = 0; i < facts.n; i++) {
		const struct input_fact *f = &facts.v[i];

		if (f->kind == INPUT_ARG && !strcmp(input_field(f, 1), "set"))
			v[n++] = (struct input_arg){ input_field(f, 0), input_field(f, 2) };
	}
	return n;
}

bool
inputs_run_commands(const struct inputs *in)
{
	AUTO_ARENA struct arena *arena = arena_new();
	struct input_facts facts;

	if (!inputs_read_facts(arena, in, &facts))
		return true;
	for (size_t i = 0; i < facts.n; i++)
		if (facts.v[i].kind == INPUT_INS && !strcmp(input_field(&facts.v[i], 1), "RUN"))
			return true;
	return false;
}
