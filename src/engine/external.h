/* SPDX-License-Identifier: Apache-2.0 */
/* external.h: what a graph takes from outside, and what the lock file says of it. */
#ifndef LOCKSTEP_ENGINE_EXTERNAL_H
#define LOCKSTEP_ENGINE_EXTERNAL_H

#include "engine/project.h"

/*
 * Images that the graph does not build (FROM, COPY --from, mounts, `# syntax=`), git sources, and
 * what ADD takes from addresses. What its own text pins already (a digest, a full commit, a
 * checksum) is none of them. One is listed once, however often it is named, in the order of the
 * lock file.
 */
struct external {
	enum lockfile_kind kind; /* git, http or image */
	const char *name;        /* as in the lock file: normalised reference, address */
	const char *ref;         /* of git; else "" */
	const char *file;        /* where it is named first */
	int line, col;
	bool *users;                         /* by image index: who names it */
	const struct lockfile_entry *locked; /* NULL = not in the lock file */
};

struct externals {
	struct external *v;
	size_t n;
};

struct externals externals_find(struct project *p, struct arena *arena);

/*
 * Everything that is named is in the lock file, and nothing else is: else ERR_REFUSED, with a line
 * for each in errs; while the triggers of images from outside are not known (engine/trigger), only
 * what is missing counts, and of what is too much git sources. strict: no lock file at all is as bad as an empty one; else it is fine.
 */
int externals_check(struct project *p, bool strict, struct err_list *errs, struct err *err)
	NODISCARD;

/* A reference of a Dockerfile as the lock file has it ("name@sha256:…"), or normalised where it has
 * nothing; the image ID of one that is locked to this machine. ERR_INPUT if it is none. arena. */
int external_pinned(const struct project *p, struct arena *arena, const char *ref, const char **ret,
		    struct err *err) NODISCARD;

/* The same for what ADD takes from an address: its checksum, full commit or lock entry; NULL if it
 * has none. */
const char *external_pinned_remote(const struct project *p, struct arena *arena,
				   const struct recipe_remote *remote);
/* An address of ADD as a lock entry names it; of git without the query and the fragment, in which
 * the reference is. arena. */
struct external external_of_remote(struct arena *arena, const struct recipe_remote *remote);

#endif
