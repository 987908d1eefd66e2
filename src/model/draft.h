/* SPDX-License-Identifier: Apache-2.0 */
/* draft.h: a graph file as a survey of the repository would have it. */
#ifndef LOCKSTEP_MODEL_DRAFT_H
#define LOCKSTEP_MODEL_DRAFT_H

#include "base/buf.h"
#include "model/survey.h"

/*
 * What several files say of one image is one image: a workflow counts more than a bake file, that
 * more than a compose file, and a Dockerfile that none of them names is an image by itself. Images
 * are the same when they are built of one Dockerfile, context and target, or when two files call
 * them alike. Where files disagree, the stronger one is followed and the image gets a note.
 */
/* An argument that comes from outside, as ${{ NAME || 'DEFAULT' }} does in a workflow. */
struct draft_variable {
	const char *name;
	const char *fallback;
	const char *event; /* the field of client_payload, or NULL */
	struct survey_place at;
};

struct draft_arg {
	const char *name;
	const char *value; /* NULL: that of the variable of this name */
};

struct draft_image {
	const char *name; /* valid, unique */
	const struct survey_build *build;
	const char *dockerfile; /* from the context on; NULL = the default */
	const char *short_name; /* what the build is called, without a registry */
	struct draft_arg *args; /* that the Dockerfile has with another value */
	size_t nargs;
	VEC(struct survey_place) from; /* all places that mean it; first the one that counts */
	VEC(struct survey_note) notes; /* that people have to read; also the survey's */
};

struct draft {
	struct arena *arena;
	const struct survey *survey;     /* borrowed */
	const char *registry;            /* NULL = the files do not say, or do not agree */
	struct survey_place registry_at; /* what says so */
	const char *builder;             /* for the caller to set, with the reason; NULL = any */
	const char *builder_why;
	VEC(struct draft_image *) images; /* in the arena; order of the files, bases as they come */
	VEC(struct draft_variable) variables;
	VEC(struct survey_note) notes; /* of no image */
};

struct draft *draft_make(const struct survey *s) NODISCARD;
void draft_free(struct draft *d);
/* The text of the graph file, with comments that say where each thing is from. Appended to b. */
void draft_text(const struct draft *d, struct buf *b);
/* "FILE:LINE:COL" of a place, or "FILE"; arena. */
const char *draft_place(struct arena *arena, struct survey_place at);

#endif
