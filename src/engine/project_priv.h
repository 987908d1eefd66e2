/* SPDX-License-Identifier: Apache-2.0 */
/* project_priv.h: what the files of a project's loading share. */
#ifndef LOCKSTEP_ENGINE_PROJECT_PRIV_H
#define LOCKSTEP_ENGINE_PROJECT_PRIV_H

#include "engine/project.h"

/* Finds an image's files, and reads its Dockerfile and its ignore file. */
int project_read_source(struct project *p, const struct project_opts *opts, size_t i,
			struct err_list *errs, struct err *err) NODISCARD;

/* Reads the lock file, or copies the one that is given. */
int project_read_lock(struct project *p, const struct project_opts *opts, struct err_list *errs,
		      struct err *err) NODISCARD;

#endif
