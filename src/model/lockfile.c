/* SPDX-License-Identifier: Apache-2.0 */
/* lockfile.c: reading, changing and writing lockstep.lock. */
#include "model/lockfile.h"

#include "base/arena.h"
#include "base/sha256.h"
#include "base/vec.h"
#include "lockstep/formats.h"
#include "model/enc.h"

#define MAX_FIELDS 4
#define STRINGIFY_(x) #x
#define STRINGIFY(x) STRINGIFY_(x)
#define FIRST_LINE "lockstep-lock " STRINGIFY(LOCKSTEP_LOCK_VERSION)

ENUM_DEFINE(lockfile_kind, LOCKFILE_KIND_LIST);

struct lockfile {
	struct arena *arena;
	VEC(struct lockfile_entry) entries; /* sorted */
};

struct lockfile *
lockfile_new(void)
{
	struct lockfile *l = xcalloc(1, sizeof(*l));

	l->arena = arena_new();
	return l;
}

void
lockfile_free(struct lockfile *l)
{
	if (!l)
		return;
	vec_fini(&l->entries);
	arena_free(l->arena);
	free(l);
}

struct lockfile *
lockfile_copy(const struct lockfile *from)
{
	struct lockfile *to = from ? lockfile_new() : NULL;

	for (size_t i = 0; from && i < from->entries.n; i++)
		lockfile_set(to, &from->entries.v[i]);
	return to;
}

size_t
lockfile_len(const struct lockfile *l)
{
	return l->entries.n;
}

const struct lockfile_entry *
lockfile_at(const struct lockfile *l, size_t i)
{
	return &l->entries.v[i];
}

/* An image is one thing, wherever it comes from. */
static enum lockfile_kind
family(enum lockfile_kind kind)
{
	return kind == LOCKFILE_LOCAL ? LOCKFILE_IMAGE : kind;
}

static int
compare(const struct lockfile_entry *a, const struct lockfile_entry *b)
{
	int r = (int)family(a->kind) - (int)family(b->kind);

	if (!r)
		r = strcmp(a->name, b->name);
	return r ? r : strcmp(a->ref, b->ref);
}

/* Where an entry is, or belongs. */
static size_t
place_of(const struct lockfile *l, const struct lockfile_entry *e)
{
	size_t lo = 0, hi = l->entries.n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (compare(&l->entries.v[mid], e) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

const struct lockfile_entry *
lockfile_find(const struct lockfile *l, enum lockfile_kind kind, const char *name, const char *ref)
{
	struct lockfile_entry like = { .kind = kind, .name = name, .ref = ref };
	size_t i = l ? place_of(l, &like) : 0;

	return l && i < l->entries.n && !compare(&l->entries.v[i], &like) ? &l->entries.v[i] : NULL;
}

void
lockfile_set(struct lockfile *l, const struct lockfile_entry *entry)
{
	struct lockfile_entry e = { .kind = entry->kind,
				    .name = arena_strdup(l->arena, entry->name),
				    .ref = arena_strdup(l->arena, entry->ref ? entry->ref : ""),
				    .value = arena_strdup(l->arena, entry->value),
				    .line = entry->line };
	size_t i = place_of(l, &e);

	if (i < l->entries.n && !compare(&l->entries.v[i], &e)) {
		l->entries.v[i] = e;
		return;
	}
	vec_push(&l->entries, e);
	memmove(l->entries.v + i + 1, l->entries.v + i,
		(l->entries.n - 1 - i) * sizeof(*l->entries.v));
	l->entries.v[i] = e;
}

bool
lockfile_valid(enum lockfile_kind kind, const char *value)
{
	struct sha256 hash;

	if (kind != LOCKFILE_GIT)
		return sha256_parse_digest(str_c(value), &hash);
	return str_is_hex(str_c(value), 40) || str_is_hex(str_c(value), 64);
}

char *
lockfile_entry_text(const struct lockfile_entry *e)
{
	return xasprintf("%s%s%s", e->name, *e->ref ? " " : "", e->ref);
}

static void
print_entry(const struct lockfile_entry *e, struct buf *b)
{
	buf_addf(b, "%s ", lockfile_kind_name(e->kind));
	enc_add(b, str_c(e->name));
	buf_addc(b, ' ');
	if (e->kind == LOCKFILE_GIT) {
		enc_add(b, str_c(e->ref));
		buf_addc(b, ' ');
	}
	buf_addf(b, "%s\n", e->value);
}

void
lockfile_print(const struct lockfile *l, struct buf *b)
{
	buf_adds(b, "# Written by `lockstep lock` and `lockstep update`.\n" FIRST_LINE "\n");
	for (size_t kind = 0; kind < lockfile_kind_count; kind++)
		for (size_t i = 0; i < l->entries.n; i++)
			if (l->entries.v[i].kind == kind)
				print_entry(&l->entries.v[i], b);
}

struct reader {
	struct lockfile *l;
	const char *file;
	struct err_list *errs;
	int line;
	bool versioned; /* the first line was seen */
};

static struct err *
mistake(struct reader *rd, const char *text)
{
	return err_list_at(rd->errs, rd->file, rd->line, 1, "%s", text);
}

/* The fields of a line, decoded; 0 if one is malformed or there are too many. */
static size_t
split(struct reader *rd, struct str line, const char *ret[MAX_FIELDS])
{
	struct str piece;
	size_t n = 0;

	while (str_next(&line, ' ', &piece)) {
		AUTO_BUF struct buf text = BUF_INIT;

		buf_init(&text, 0);
		if (n == MAX_FIELDS || !piece.n || !enc_decode(piece, &text) ||
		    memchr(text.data, '\0', text.len))
			return 0;
		ret[n++] = arena_str(rd->l->arena, buf_str(&text));
	}
	return n;
}

static void
read_version(struct reader *rd, struct str line)
{
	rd->versioned = true;
	if (str_eq_c(line, FIRST_LINE))
		return;
	if (str_starts(line, STR_LIT("lockstep-lock ")))
		err_hint(mistake(rd, "this lock file is of another version"),
			 "this lockstep knows version " STRINGIFY(LOCKSTEP_LOCK_VERSION));
	else
		err_hint(mistake(rd, "this is no lock file"), "its first line is '" FIRST_LINE "'");
}

static void
add_entry(struct reader *rd, struct lockfile_entry *e)
{
	const struct lockfile_entry *was = lockfile_find(rd->l, e->kind, e->name, e->ref);

	if (!lockfile_valid(e->kind, e->value)) {
		err_hint(err_list_at(rd->errs, rd->file, rd->line, 1, "'%.80s' locks nothing",
				     e->value),
			 e->kind == LOCKFILE_GIT ? "a full commit is needed"
						 : "'sha256:' and 64 digits are needed");
	} else if (was && (was->kind != e->kind || strcmp(was->value, e->value) != 0)) {
		AUTO_FREE char *what = lockfile_entry_text(e);

		err_hint(err_list_at(rd->errs, rd->file, rd->line, 1,
				     "'%.200s' has another value in line %d", what, was->line),
			 "delete one of the two lines, or both and run `lockstep lock`");
	} else {
		e->line = rd->line;
		lockfile_set(rd->l, e);
	}
}

static void
read_line(struct reader *rd, struct str line)
{
	const char *f[MAX_FIELDS] = { 0 };
	struct lockfile_entry e = { .ref = "" };
	size_t n, want;

	line = str_trim(line, " \t\r");
	if (!line.n || line.p[0] == '#')
		return;
	if (str_starts(line, STR_LIT("<<<<<<<")) || str_starts(line, STR_LIT("=======")) ||
	    str_starts(line, STR_LIT(">>>>>>>"))) {
		err_hint(mistake(rd, "the mark of a merge conflict"),
			 "keep the lines of one side and run `lockstep lock`");
		return;
	}
	if (!rd->versioned) {
		read_version(rd, line);
		return;
	}
	n = split(rd, line, f);
	if (!n || !lockfile_kind_parse(str_c(f[0]), &e.kind)) {
		err_hint(mistake(rd, n ? "unknown kind of entry" : "malformed line"),
			 "KIND NAME VALUE, where KIND is git, http, image or local");
		return;
	}
	want = e.kind == LOCKFILE_GIT ? 4 : 3;
	if (n != want) {
		err_hint(mistake(rd, "wrong number of fields"),
			 e.kind == LOCKFILE_GIT ? "git ADDRESS REFERENCE COMMIT"
						: "KIND NAME sha256:DIGITS");
		return;
	}
	e.name = f[1];
	if (e.kind == LOCKFILE_GIT)
		e.ref = f[2];
	e.value = f[n - 1];
	add_entry(rd, &e);
}

struct lockfile *
lockfile_parse(struct str text, const char *file, struct err_list *errs)
{
	struct reader rd = { .l = lockfile_new(), .file = file, .errs = errs };
	size_t before = errs->n;
	struct str line;

	while (str_next_line(&text, &line)) {
		rd.line++;
		read_line(&rd, line);
	}
	if (!rd.versioned && errs->n == before) {
		rd.line = 1;
		read_version(&rd, STR_LIT(""));
	}
	if (errs->n == before)
		return rd.l;
	lockfile_free(rd.l);
	return NULL;
}
