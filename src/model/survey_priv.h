/* SPDX-License-Identifier: Apache-2.0 */
/* survey_priv.h: what the readers of a survey share. */
#ifndef LOCKSTEP_MODEL_SURVEY_PRIV_H
#define LOCKSTEP_MODEL_SURVEY_PRIV_H

#include "model/survey.h"

/* A build that is being read. Texts are expanded (model/expansion). */
struct survey_reading {
	struct survey *survey;
	struct survey_build build;
	VEC(struct survey_arg) args;
	VEC(struct survey_note) notes;
};

/* Where the paths of a build start, and what it says of them. */
struct survey_paths {
	const char *base;            /* of the context, from the root on */
	const char *context;         /* as written; NULL = base */
	const char *dockerfile;      /* as written; NULL = the default */
	const char *dockerfile_base; /* NULL = the context */
};

/* True for a file, and for a folder with a file in it. */
bool survey_has(const struct survey *s, const char *path);
struct survey_place survey_at(const char *file, const struct yaml *y);
/* Adds what somebody should know of this build. */
void survey_say(struct survey_reading *r, struct survey_place at, const char *fmt, ...)
	PRINTF(3, 4);
/* "ghcr.io/o/app:1": repository and tag, where they are known and are not there already. A text without
 * a '/' is a name. */
void survey_image(struct survey_reading *r, const char *text);
void survey_arg(struct survey_reading *r, const char *name, const char *value,
		struct survey_place at);
/* One platform, or a note when there are several; text: separated by commas. */
void survey_platforms(struct survey_reading *r, const char *text, struct survey_place at);
/* Adds the build if its context and Dockerfile are here, else a note that says why not; a target that
 * the Dockerfile does not have is left out, with a note. Frees what r holds. */
void survey_end(struct survey_reading *r, const struct survey_paths *paths);

#endif
