/* SPDX-License-Identifier: Apache-2.0 */
/* regexp_priv.h: the tree, the program and the table of a regular expression. */
#ifndef LOCKSTEP_MODEL_REGEXP_PRIV_H
#define LOCKSTEP_MODEL_REGEXP_PRIV_H

#include "base/arena.h"
#include "base/vec.h"
#include "model/regexp.h"

struct range {
	uint32_t lo, hi; /* both included */
};

struct ranges {
	struct range *v; /* in the arena of the tree */
	size_t n;
};

void regexp_add_range(struct arena *arena, struct ranges *r, uint32_t lo, uint32_t hi);
/* All characters that are in none of the ranges, which are put in order. */
struct ranges regexp_negate(struct arena *arena, struct ranges r);

/* What is still to be read. */
struct regexp_reader {
	struct arena *arena;
	struct str rest;
	struct err *err;
};

/* "\d", "\W" and so on at the front. Returns 0 if it was taken, 1 if it is something else. */
int regexp_take_perl_class(struct regexp_reader *in, struct ranges *r) NODISCARD;
/* A quoted character at the front, with its backslash. */
int regexp_take_escape(struct regexp_reader *in, uint32_t *ret) NODISCARD;
/* "[...]" at the front. */
int regexp_take_class(struct regexp_reader *in, struct ranges *ret) NODISCARD;

enum node_kind {
	NODE_EMPTY,
	NODE_CLASS,  /* one character of ranges */
	NODE_BEGIN,  /* '^' */
	NODE_END,    /* '$' */
	NODE_WORD,   /* '\b' */
	NODE_NOWORD, /* '\B' */
	NODE_CAT,
	NODE_ALT,
	NODE_REPEAT, /* min to max times; max < 0: any number */
};

struct node {
	enum node_kind kind;
	int depth;
	int min, max;
	bool counted; /* written with braces */
	struct ranges ranges;
	struct node **subs;
	size_t n_subs;
};

/* The tree of an expression, in the arena. */
int regexp_parse(struct arena *arena, struct str text, struct node **ret, struct err *err)
	NODISCARD;

enum op { OP_CLASS, OP_SPLIT, OP_BEGIN, OP_END, OP_WORD, OP_NOWORD, OP_MATCH };

struct inst {
	enum op op;
	uint32_t out, out1; /* out1: of OP_SPLIT */
	struct ranges ranges;
};

/*
 * Characters that no instruction tells apart are one symbol: symbol i are those from cuts[i] up to
 * cuts[i + 1]. The table, if there is one, has a row of n_symbols for each state.
 */
struct regexp {
	struct arena *arena; /* of the ranges; NULL with a table */
	struct inst *prog;   /* NULL with a table */
	uint32_t n_prog, start;
	bool words; /* has OP_WORD or OP_NOWORD */
	uint32_t *cuts;
	size_t n_symbols;
	uint16_t *table;     /* NULL: the program is run step by step */
	bool *accepts;       /* by state: a match if the text ends here */
	uint16_t first;      /* state */
	uint16_t ascii[128]; /* symbols of the first characters */
};

/* States of the table that never change: nothing can match any more, and a match is found. */
#define STATE_DEAD 0
#define STATE_SURE 1

/* Makes the table, if it stays small. */
void regexp_tabulate(struct regexp *re);

/* A set of instructions. */
struct inst_set {
	uint32_t *dense, *sparse;
	uint32_t n;
};

/*
 * Where a run of the program stands: what has been reached, without what comes next having been
 * seen, so that assertions wait in the set.
 */
struct run {
	struct inst_set now, next;
	uint32_t *stack;
	bool at_start, word_before;
};

void run_init(struct run *run, const struct regexp *re);
void run_fini(struct run *run);
/* Before the first character. */
void run_start(struct run *run, const struct regexp *re);
/* Takes one character. Returns true if a match is found, whatever follows. */
bool run_step(struct run *run, const struct regexp *re, uint32_t rune) NODISCARD;
/* True if a match is found when the text ends here; the run stays where it is. */
bool run_ends(struct run *run, const struct regexp *re);

#endif
