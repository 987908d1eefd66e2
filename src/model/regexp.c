/* SPDX-License-Identifier: Apache-2.0 */
/* regexp.c: from a tree to a program, and the program against a text. */
#include "model/regexp_priv.h"
#include "model/rune.h"

struct compiler {
	VEC(struct inst) prog;
	bool words;
	bool full; /* larger than REGEXP_MAX_PROGRAM */
};

static uint32_t
emit(struct compiler *c, struct inst inst)
{
	if (c->prog.n >= REGEXP_MAX_PROGRAM) {
		c->full = true;
		return 0;
	}
	vec_push(&c->prog, inst);
	return (uint32_t)c->prog.n - 1;
}

static uint32_t
emit_split(struct compiler *c, uint32_t out, uint32_t out1)
{
	return emit(c, (struct inst){ .op = OP_SPLIT, .out = out, .out1 = out1 });
}

static uint32_t compile(struct compiler *c, const struct node *node, uint32_t next);

/* Any number of times; `least` is 0 or 1. */
static uint32_t
compile_loop(struct compiler *c, const struct node *sub, int least, uint32_t next)
{
	uint32_t split = emit_split(c, 0, next), body = compile(c, sub, split);

	if (!c->full)
		c->prog.v[split].out = body;
	return least ? body : split;
}

static uint32_t
compile_repeat(struct compiler *c, const struct node *node, uint32_t next)
{
	const struct node *sub = node->subs[0];
	int times = node->min;
	uint32_t at = next;

	if (node->max < 0) {
		at = compile_loop(c, sub, times > 0, next);
		times -= times > 0;
	}
	for (int i = node->min; i < node->max && !c->full; i++)
		at = emit_split(c, compile(c, sub, at), next);
	for (int i = 0; i < times && !c->full; i++)
		at = compile(c, sub, at);
	return at;
}

/* The instruction where the node starts that goes on at `next`. */
static uint32_t
compile(struct compiler *c, const struct node *node, uint32_t next)
{
	uint32_t at = next;

	if (c->full)
		return 0;
	switch (node->kind) {
	case NODE_EMPTY:
		return next;
	case NODE_CLASS:
		return emit(c,
			    (struct inst){ .op = OP_CLASS, .out = next, .ranges = node->ranges });
	case NODE_BEGIN:
		return emit(c, (struct inst){ .op = OP_BEGIN, .out = next });
	case NODE_END:
		return emit(c, (struct inst){ .op = OP_END, .out = next });
	case NODE_WORD:
	case NODE_NOWORD:
		c->words = true;
		return emit(c, (struct inst){ .op = node->kind == NODE_WORD ? OP_WORD : OP_NOWORD,
					      .out = next });
	case NODE_CAT:
		for (size_t i = node->n_subs; i-- > 0;)
			at = compile(c, node->subs[i], at);
		return at;
	case NODE_ALT:
		at = compile(c, node->subs[node->n_subs - 1], next);
		for (size_t i = node->n_subs - 1; i-- > 0;)
			at = emit_split(c, compile(c, node->subs[i], next), at);
		return at;
	case NODE_REPEAT:
		return compile_repeat(c, node, next);
	}
	BUG_ON(true);
}

static int
cut_cmp(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static size_t
find_symbol(const struct regexp *re, uint32_t rune)
{
	size_t lo = 0, hi = re->n_symbols;

	while (hi - lo > 1) {
		size_t mid = lo + (hi - lo) / 2;

		if (re->cuts[mid] <= rune)
			lo = mid;
		else
			hi = mid;
	}
	return lo;
}

static void
find_symbols(struct regexp *re)
{
	static const uint32_t word_cuts[] = {
		'0', '9' + 1, 'A', 'Z' + 1, '_', '_' + 1, 'a', 'z' + 1
	};
	VEC(uint32_t) cuts = { 0 };
	size_t n = 0;

	vec_push(&cuts, 0);
	for (size_t i = 0; re->words && i < ARRAY_SIZE(word_cuts); i++)
		vec_push(&cuts, word_cuts[i]);
	for (uint32_t i = 0; i < re->n_prog; i++) {
		for (size_t k = 0; k < re->prog[i].ranges.n; k++) {
			vec_push(&cuts, re->prog[i].ranges.v[k].lo);
			vec_push(&cuts, re->prog[i].ranges.v[k].hi + 1);
		}
	}
	qsort(cuts.v, cuts.n, sizeof(*cuts.v), cut_cmp);
	for (size_t i = 0; i < cuts.n; i++)
		if (!n || cuts.v[n - 1] != cuts.v[i])
			cuts.v[n++] = cuts.v[i];
	re->cuts = cuts.v;
	re->n_symbols = n;
	for (uint32_t c = 0; c < ARRAY_SIZE(re->ascii); c++)
		re->ascii[c] = (uint16_t)find_symbol(re, c); /* 129 cuts at most below 128 */
}

int
regexp_compile(struct str text, struct regexp **ret, struct err *err)
{
	struct arena *AUTO_ARENA arena = arena_new();
	struct compiler c = { 0 };
	struct regexp *re;
	struct node *tree;
	uint32_t start;
	int r = regexp_parse(arena, text, &tree, err);

	if (r)
		return r;
	start = compile(&c, tree, emit(&c, (struct inst){ .op = OP_MATCH }));
	if (c.full) {
		vec_fini(&c.prog);
		return err_set(err, ERR_INPUT, "expression is too large");
	}
	re = xcalloc(1, sizeof(*re));
	re->arena = STEAL(arena);
	re->prog = c.prog.v;
	re->n_prog = (uint32_t)c.prog.n;
	re->start = start;
	re->words = c.words;
	find_symbols(re);
	regexp_tabulate(re);
	if (re->table) {
		arena_free(re->arena);
		free(re->prog);
		re->arena = NULL;
		re->prog = NULL;
	}
	*ret = re;
	return 0;
}

void
regexp_free(struct regexp *re)
{
	if (!re)
		return;
	arena_free(re->arena);
	free(re->prog);
	free(re->cuts);
	free(re->table);
	free(re->accepts);
	free(re);
}

/* By the table. As soon as the answer is known, it is the answer for all that is left. */
static void
match_by_table(const struct regexp *re, struct str text, const size_t *ends, size_t n, bool *ret)
{
	const unsigned char *p = (const unsigned char *)text.p;
	size_t at = 0, state = re->first;

	for (size_t i = 0; i < n; i++) {
		while (at < ends[i] && state > STATE_SURE) {
			size_t symbol;

			if (p[at] < ARRAY_SIZE(re->ascii)) {
				symbol = re->ascii[p[at++]];
			} else {
				uint32_t rune;

				at += rune_get(str_sub(text, at, text.n), &rune);
				symbol = find_symbol(re, rune);
			}
			state = re->table[state * re->n_symbols + symbol];
		}
		ret[i] = re->accepts[state];
	}
}

void
regexp_match_prefixes(const struct regexp *re, struct str text, const size_t *ends, size_t n,
		      bool *ret)
{
	bool sure = false;
	struct run run;
	size_t at = 0;

	if (re->table) {
		match_by_table(re, text, ends, n, ret);
		return;
	}
	run_init(&run, re);
	run_start(&run, re);
	for (size_t i = 0; i < n; i++) {
		while (at < ends[i] && !sure) {
			uint32_t rune;

			at += rune_get(str_sub(text, at, text.n), &rune);
			sure = run_step(&run, re, rune);
		}
		ret[i] = sure || run_ends(&run, re);
	}
	run_fini(&run);
}

bool
regexp_match(const struct regexp *re, struct str text)
{
	bool ret;

	regexp_match_prefixes(re, text, &text.n, 1, &ret);
	return ret;
}
