/* SPDX-License-Identifier: Apache-2.0 */
/* ref.h: image references, read by the grammar of distribution/reference. */
#ifndef LOCKSTEP_MODEL_REF_H
#define LOCKSTEP_MODEL_REF_H

#include "base/arena.h"
#include "base/err.h"

/*
 * [host[:port]/]path[:tag][@digest], as github.com/distribution/reference/regexp.go has it
 * ("reference", "domain", "remote-name", "tag", "digest"). The normalised name follows its
 * normalize.go: no domain means docker.io, a single component there means library/NAME,
 * index.docker.io is docker.io.
 */
struct ref {
	const char *domain; /* normalised: "docker.io", "ghcr.io", "localhost:5000" */
	const char *path;   /* normalised: "library/debian" */
	const char *name;   /* domain "/" path */
	const char *tag;    /* NULL when absent; never defaulted here */
	const char *digest; /* "sha256:...", NULL when absent */
};

/* Parses a reference; all texts live in the arena. ERR_INPUT says which rule is broken. A bare
 * 64-digit hex name is refused, as upstream does. */
int ref_parse(struct arena *arena, struct str text, struct ref *ret, struct err *err) NODISCARD;
/* name[:tag][@digest] normalised, with ":latest" when neither tag nor digest is there. */
char *ref_text(struct arena *arena, const struct ref *ref) NODISCARD;
/* A repository name (no tag, no digest): for `registry` and image names of a graph. */
bool ref_valid_repository(struct str name);
bool ref_valid_tag(struct str tag);
/* An image name of a graph file: path components of the grammar, no domain, no tag. */
bool ref_valid_image_name(struct str name);

#endif
