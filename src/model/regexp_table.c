/* SPDX-License-Identifier: Apache-2.0 */
/* regexp_table.c: the states that the runs of a program can be in, written out. */
#include "base/map.h"
#include "model/regexp_priv.h"

/* Beyond these the program is run step by step, which is slower and never wrong. */
#define MAX_ENTRIES (1u << 14)
#define MAX_STATES 1024u
#define MAX_WORK (1u << 17)

/* A state is a run between two characters: its flags, and the instructions that wait, in order. */
struct state {
	uint32_t n;
	uint32_t *key; /* flags, then n - 1 instructions */
};

enum { AT_START = 1, WORD_BEFORE = 2 };

struct tabulator {
	struct regexp *re;
	struct run run;
	struct map *known; /* key to state */
	VEC(struct state) states;
	VEC(uint16_t) table;
	size_t work;
};

static int
inst_cmp(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Where the run is now, as a key; n == 1 if nothing can match from here on. */
static struct state
save(const struct tabulator *t)
{
	const struct run *run = &t->run;
	struct state s = { 1, xcalloc(run->now.n + 1, sizeof(*s.key)) };

	s.key[0] = (run->at_start ? AT_START : 0u) | (run->word_before ? WORD_BEFORE : 0u);
	for (uint32_t i = 0; i < run->now.n; i++) {
		enum op op = t->re->prog[run->now.dense[i]].op;

		/* The others have been followed already. */
		if (op != OP_SPLIT && op != OP_BEGIN)
			s.key[s.n++] = run->now.dense[i];
	}
	qsort(s.key + 1, s.n - 1, sizeof(*s.key), inst_cmp);
	return s;
}

static void
load(struct tabulator *t, const struct state *s)
{
	struct run *run = &t->run;

	run->at_start = s->key[0] & AT_START;
	run->word_before = s->key[0] & WORD_BEFORE;
	run->now.n = 0;
	for (uint32_t i = 1; i < s->n; i++) {
		run->now.sparse[s->key[i]] = run->now.n;
		run->now.dense[run->now.n++] = s->key[i];
	}
	t->work += s->n;
}

/* The number of the state that the run is in; a new one if need be. */
static uint16_t
intern(struct tabulator *t)
{
	struct state s = save(t);
	struct str key = { (const char *)s.key, s.n * sizeof(*s.key) };
	uintptr_t number = (uintptr_t)map_get(t->known, key);

	if (s.n == 1 || number) {
		free(s.key);
		return (uint16_t)number;
	}
	number = t->states.n;
	vec_push(&t->states, s);
	map_set(t->known, key, (void *)number);
	return (uint16_t)number;
}

static bool
fits(const struct tabulator *t)
{
	return t->states.n * t->re->n_symbols <= MAX_ENTRIES && t->states.n <= MAX_STATES &&
	       t->work <= MAX_WORK;
}

/* Writes the rows of all states, which finds more of them. */
static void
fill(struct tabulator *t)
{
	struct state none = { 0 };

	vec_push(&t->states, none); /* STATE_DEAD */
	vec_push(&t->states, none); /* STATE_SURE */
	for (size_t i = 0; i < 2 * t->re->n_symbols; i++)
		vec_push(&t->table, i < t->re->n_symbols ? STATE_DEAD : STATE_SURE);
	run_start(&t->run, t->re);
	t->re->first = intern(t);
	for (size_t i = STATE_SURE + 1; i < t->states.n && fits(t); i++) {
		for (size_t symbol = 0; symbol < t->re->n_symbols && fits(t); symbol++) {
			uint16_t to = STATE_SURE;

			load(t, &t->states.v[i]);
			if (!run_step(&t->run, t->re, t->re->cuts[symbol]))
				to = intern(t);
			vec_push(&t->table, to);
		}
	}
}

void
regexp_tabulate(struct regexp *re)
{
	struct tabulator t = { .re = re };

	if (2 * re->n_symbols > MAX_ENTRIES)
		return;
	run_init(&t.run, re);
	t.known = map_new();
	fill(&t);
	if (fits(&t)) {
		re->accepts = xcalloc(t.states.n, sizeof(*re->accepts));
		re->accepts[STATE_SURE] = true;
		for (size_t i = STATE_SURE + 1; i < t.states.n; i++) {
			load(&t, &t.states.v[i]);
			re->accepts[i] = run_ends(&t.run, re);
		}
		re->table = t.table.v;
		t.table.v = NULL;
	}
	for (size_t i = 0; i < t.states.n; i++)
		free(t.states.v[i].key);
	vec_fini(&t.states);
	vec_fini(&t.table);
	map_free(t.known);
	run_fini(&t.run);
}
