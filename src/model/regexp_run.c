/* SPDX-License-Identifier: Apache-2.0 */
/* regexp_run.c: all ways through a program at once, and the table that remembers them. */
#include "model/regexp_priv.h"

/* What stands at a place of the text. */
struct place {
	bool start, end;
	bool word_before, word_after;
};

static bool
set_has(const struct inst_set *set, uint32_t inst)
{
	uint32_t i = set->sparse[inst];

	return i < set->n && set->dense[i] == inst;
}

static void
set_add(struct inst_set *set, uint32_t inst)
{
	set->sparse[inst] = set->n;
	set->dense[set->n++] = inst;
}

static void
set_init(struct inst_set *set, uint32_t n_prog)
{
	set->dense = xcalloc(n_prog, sizeof(*set->dense));
	set->sparse = xcalloc(n_prog, sizeof(*set->sparse));
	set->n = 0;
}

static void
set_fini(struct inst_set *set)
{
	free(set->dense);
	free(set->sparse);
}

void
run_init(struct run *run, const struct regexp *re)
{
	set_init(&run->now, re->n_prog);
	set_init(&run->next, re->n_prog);
	run->stack = xcalloc(re->n_prog + 1, 2 * sizeof(*run->stack));
	run->at_start = true;
	run->word_before = false;
}

void
run_fini(struct run *run)
{
	set_fini(&run->now);
	set_fini(&run->next);
	free(run->stack);
}

/* Adds an instruction and all that it leads to without a character; assertions that wait are the
 * end of a way. */
static void
add_all(const struct run *run, const struct regexp *re, struct inst_set *set, uint32_t inst,
	bool at_start)
{
	uint32_t n = 0;

	run->stack[n++] = inst;
	while (n) {
		uint32_t at = run->stack[--n];
		const struct inst *i = &re->prog[at];

		if (set_has(set, at) || (i->op == OP_BEGIN && !at_start))
			continue;
		set_add(set, at);
		if (i->op == OP_SPLIT)
			run->stack[n++] = i->out1;
		if (i->op == OP_SPLIT || i->op == OP_BEGIN)
			run->stack[n++] = i->out;
	}
}

void
run_start(struct run *run, const struct regexp *re)
{
	run->now.n = 0;
	run->at_start = true;
	run->word_before = false;
	add_all(run, re, &run->now, re->start, true);
}

static bool
holds(enum op op, const struct place *place)
{
	bool boundary = place->word_before != place->word_after;

	return (op == OP_END && place->end) || (op == OP_WORD && boundary) ||
	       (op == OP_NOWORD && !boundary);
}

/* Follows the assertions that hold here; what they lead to is added to the set itself. Returns
 * true if that is a match. */
static bool
settle(const struct run *run, const struct regexp *re, struct inst_set *set,
       const struct place *place)
{
	bool match = false;

	for (uint32_t i = 0; i < set->n; i++) {
		const struct inst *inst = &re->prog[set->dense[i]];

		if (holds(inst->op, place))
			add_all(run, re, set, inst->out, place->start);
		match |= inst->op == OP_MATCH;
	}
	return match;
}

static bool
is_word(uint32_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       c == '_';
}

static bool
in_ranges(const struct ranges *r, uint32_t rune)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->v[i].lo <= rune && rune <= r->v[i].hi)
			return true;
	return false;
}

bool
run_step(struct run *run, const struct regexp *re, uint32_t rune)
{
	struct place place = {
		.start = run->at_start,
		.word_before = run->word_before,
		.word_after = is_word(rune),
	};
	struct inst_set done;

	if (settle(run, re, &run->now, &place))
		return true;
	run->next.n = 0;
	for (uint32_t i = 0; i < run->now.n; i++) {
		const struct inst *inst = &re->prog[run->now.dense[i]];

		if (inst->op == OP_CLASS && in_ranges(&inst->ranges, rune))
			add_all(run, re, &run->next, inst->out, false);
	}
	/* A match may start anywhere. */
	add_all(run, re, &run->next, re->start, false);
	done = run->now;
	run->now = run->next;
	run->next = done;
	run->at_start = false;
	run->word_before = re->words && place.word_after;
	for (uint32_t i = 0; i < run->now.n; i++)
		if (re->prog[run->now.dense[i]].op == OP_MATCH)
			return true;
	return false;
}

bool
run_ends(struct run *run, const struct regexp *re)
{
	struct place place = {
		.start = run->at_start,
		.end = true,
		.word_before = run->word_before,
	};

	run->next.n = 0;
	for (uint32_t i = 0; i < run->now.n; i++)
		set_add(&run->next, run->now.dense[i]);
	return settle(run, re, &run->next, &place);
}
