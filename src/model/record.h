/* SPDX-License-Identifier: Apache-2.0 */
/* record.h: what travels with a published image: what it was made from, by whom, and why. */
#ifndef LOCKSTEP_MODEL_RECORD_H
#define LOCKSTEP_MODEL_RECORD_H

#include "base/json.h"
#include "model/inputs.h"
#include "model/reason.h"

#include <stdint.h>

/*
 * One JSON document an image, attached to its manifest in the registry (docs/registry.md), so that
 * `why` and `reproduce` work on any machine. It comes from outside when it is read: its input set
 * must hash to the key that it claims, and all else must be of the right form, or it is no record.
 * It holds no value of a secret, as no input set does.
 */
#define RECORD_ARTIFACT_TYPE "application/vnd.lockstep.record.v1+json"
#define RECORD_MEDIA_TYPE RECORD_ARTIFACT_TYPE

/* Where a parent that the image was built on is in the registry. */
struct record_parent {
	const char *name;   /* in the graph */
	const char *digest; /* of its manifest */
};

/* Texts are in the arena of a record that was parsed, or borrowed while one is made. */
struct record {
	struct arena *arena;   /* of a record that was parsed; else NULL */
	const char *image;     /* name in the graph */
	const char *scope;     /* whose history it belongs to: the graph's registry */
	struct inputs *inputs; /* owned by a record that was parsed */
	const char *image_id;
	const char *before; /* digest of the manifest that held the image before; NULL = first */
	struct record_parent *parents;
	size_t nparents;
	struct reasons reasons;
	const char *kind; /* of the builder, as --builder has it; NULL in records of before */
	const char *builder, *version; /* "buildah 1.28.2", of lockstep */
	const char *commit;  /* full, "+" appended for an unclean tree; NULL outside git */
	const char *graph;   /* its file, relative to the root of the repository */
	const char *run;     /* ULID of the run: the same in all its records */
	const char *run_url; /* of the CI job, or NULL */
	int64_t run_ms;      /* when the run started, and this build */
	int64_t started_ms, ended_ms;
	const char *log_digest; /* SHA-256 of what the builder printed, "sha256:…", or NULL */
};

/* The document, canonical. inputs must be finished. Caller frees. */
char *record_text(const struct record *r) NODISCARD;
/* Reads one; file names it in messages. ERR_INPUT says what is wrong with it. Caller frees with
 * record_free. */
int record_parse(struct str text, const char *file, struct record **ret, struct err *err) NODISCARD;
/* NULL is fine. */
void record_free(struct record *r);

static inline void
record_freep(struct record **r)
{
	record_free(*r);
}

#define AUTO_RECORD CLEANUP(record_freep)

#endif
