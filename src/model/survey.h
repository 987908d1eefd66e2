/* SPDX-License-Identifier: Apache-2.0 */
/* survey.h: the images that the files of a repository say are built there. */
#ifndef LOCKSTEP_MODEL_SURVEY_H
#define LOCKSTEP_MODEL_SURVEY_H

#include "base/enum.h"
#include "base/map.h"
#include "base/vec.h"
#include "base/yaml.h"
#include "model/dockerfile.h"

/*
 * Four kinds of files say what is built: each reader below adds to the survey what its file says, and
 * a note for all that it could not take over. Nothing is compared or decided here: that is
 * model/draft. All texts live in the arena.
 */

/* The more a file decides what is published, the earlier. */
#define SURVEY_KIND_LIST(X)                                                                        \
	X(SURVEY_WORKFLOW, "workflow")                                                             \
	X(SURVEY_BAKE, "bake file")                                                                \
	X(SURVEY_COMPOSE, "compose file")                                                          \
	X(SURVEY_DOCKERFILE, "Dockerfile")
ENUM_DECLARE(survey_kind, SURVEY_KIND_LIST);

struct survey_place {
	const char *file; /* from the root on */
	int line, col;    /* 0 = the whole file */
};

struct survey_arg {
	const char *name;
	const char *value; /* as model/expansion has it */
	struct survey_place at;
};

/* What somebody has to know, or to do, since it could not be taken over. */
struct survey_note {
	struct survey_place at;
	const char *text;
};

struct survey_build {
	enum survey_kind kind;
	struct survey_place at;
	const char
		*repository; /* what it is pushed as, with its registry, without a tag; or NULL */
	const char *tag;     /* the first that is known, or NULL */
	const char *name;    /* what the file calls it otherwise, or NULL */
	const char *context; /* cleaned, from the root on */
	const char *dockerfile; /* cleaned, from the root on; it is there */
	const char *target;     /* NULL = the last stage */
	const char *platform;   /* the only one, or NULL */
	struct survey_arg *args;
	size_t nargs;
	struct survey_note *notes;
	size_t nnotes;
	const char *job;  /* of a workflow, else NULL */
	size_t row, step; /* which job of its matrix, and which of the job's steps, from 0 */
};

struct survey {
	struct arena *arena;
	const char *repository; /* "OWNER/NAME" on GitHub, or NULL */
	const char *folder;     /* what the root is called */
	struct map *files;      /* all paths; the value is the struct dockerfile, or NULL */
	struct map *folders;    /* all that hold a file, at any depth */
	VEC(struct survey_build) builds;
	VEC(struct survey_note) notes; /* of no image in particular */
};

/* folder and repository are copied. */
struct survey *survey_new(const char *folder, const char *repository) NODISCARD;
void survey_free(struct survey *s);

/* True for names such as Dockerfile, Containerfile, Dockerfile.web and web.Dockerfile. */
bool survey_is_dockerfile(const char *path);
/* Adds a path; df (or NULL) lives in the survey's arena. All are there before the readers come. */
void survey_file(struct survey *s, const char *path, struct dockerfile *df);

/* The context of a Dockerfile is the folder that has what it copies: its own, or else the root. */
void survey_dockerfile(struct survey *s, const char *path);
/* docker/build-push-action of a GitHub workflow; of jobs without it, matrices with the fields of an
 * image. The paths are from the root on. */
void survey_workflow(struct survey *s, const char *path, const struct yaml *document);
/* The targets of a bake file in JSON; paths are from its folder on. */
void survey_bake(struct survey *s, const char *path, const struct yaml *document);
/* The services of a compose file that have `build`. */
void survey_compose(struct survey *s, const char *path, const struct yaml *document);

/* Adds a note of no image in particular. */
void survey_note(struct survey *s, struct survey_place at, const char *fmt, ...) PRINTF(3, 4);

#endif
