/* SPDX-License-Identifier: Apache-2.0 */
/* inventory.h: looks through a folder for what says that an image is built there. */
#ifndef LOCKSTEP_ENGINE_INVENTORY_H
#define LOCKSTEP_ENGINE_INVENTORY_H

#include "model/survey.h"

/*
 * The files are those that git tracks, or all where no git work tree is; folders of what others wrote
 * (node_modules, vendor, …) are not read, and so are links. Workflows are those below .github, .gitea
 * and .forgejo of the folder. What is no YAML, and what cannot be read at all, becomes a note.
 */
struct inventory_opts {
	const char *dir;      /* as the user named it */
	enum dialect dialect; /* of Dockerfiles */
	const char *const
		*excludes; /* paths from the folder on that are left out, with all below */
	size_t nexcludes;
	bool files_only; /* which files there are, and the Dockerfiles that have no mistake */
};

/* Mistakes in Dockerfiles, all of them, go to errs: ERR_INPUT. */
int inventory_take(const struct inventory_opts *opts, struct survey **ret, struct err_list *errs,
		   struct err *err) NODISCARD;
/* True for the path of a workflow, from the top of a repository on. */
bool inventory_is_workflow(const char *path);

#endif
