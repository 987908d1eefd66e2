/* SPDX-License-Identifier: Apache-2.0 */
/* inputs_priv.h: what making, reading and comparing input sets share. */
#ifndef LOCKSTEP_MODEL_INPUTS_PRIV_H
#define LOCKSTEP_MODEL_INPUTS_PRIV_H

#include "model/inputs.h"

/* The record type of a line; false if there is none of that name. */
bool inputs_line_kind(const char *line, enum input_kind *ret);
/* By kind, then by path as the canonical form sorts it; 0 = the same entry. */
int inputs_file_cmp(const struct input_file *x, const struct input_file *y);

/* A line that is no file, taken apart. */
struct input_fact {
	enum input_kind kind;
	struct str *f; /* decoded fields after the record type; each ends with a NUL */
	size_t n;
	const char *line; /* as it is in the canonical form */
};

struct input_facts {
	struct input_fact *v;
	size_t n;
};

/* All facts and the tail, in order; false when a line cannot be decoded. Texts live in arena. */
bool inputs_read_facts(struct arena *arena, const struct inputs *in, struct input_facts *ret);
/* Field i as text; "" when the line is shorter. */
const char *input_field(const struct input_fact *fact, size_t i);
/* The version of the key's format, as written; "" when the first line is another. */
const char *inputs_version(const struct inputs *in);

/* "os/arch[/variant]" of the platform record; "" if there is none. */
const char *inputs_platform(struct arena *arena, const struct input_facts *facts);

/* Both sides of a comparison, and the reasons as they are found. */
struct inputs_diff {
	struct arena *arena;
	const struct inputs *before, *after;
	struct input_facts b, a;
	VEC(struct reason) found;
};

void inputs_diff_add(struct inputs_diff *d, enum reason_kind kind, const char *subject,
		     const char *before, const char *after);
/* Parts of the comparison, each for some kinds of records. */
void inputs_diff_images(struct inputs_diff *d);
void inputs_diff_instructions(struct inputs_diff *d);
void inputs_diff_files(struct inputs_diff *d);

/* An image that a set stands on. */
struct input_use {
	const char *key;  /* what pairs it: the image's name, else the reference, else the place */
	const char *name; /* image of the graph, or NULL */
	const char *ref;  /* or "" */
	const char *id;
};

struct input_uses {
	struct input_use *v;
	size_t n;
};

/* Each image once, in order: by the names of the provenance, or by the places of the facts. */
struct input_uses inputs_uses(struct arena *arena, const struct inputs *in,
			      const struct input_facts *facts, bool named);
/* True if both sets know the names of their images. */
bool inputs_uses_named(const struct inputs *before, const struct inputs *after);
/* The use that the other set's has as its counterpart, or NULL. */
const struct input_use *inputs_find_use(const struct input_uses *uses, const char *key);
/* Whose image ID it is, or NULL. */
const struct input_image *inputs_image_by_id(const struct inputs *in, const char *id);
/* True if the base of a stage is neither scratch nor another stage. */
bool inputs_stage_on_image(const struct input_fact *stage);

/* Longest common subsequence of two sequences of n and m things: pairs[i] is the index in the
 * second of what the i-th of the first became, or SIZE_MAX. eq(ctx, i, j) compares. Beyond a
 * ceiling only the common beginning and end are found. */
void inputs_lcs(size_t n, size_t m, bool (*eq)(void *ctx, size_t i, size_t j), void *ctx,
		size_t *pairs);

#endif
