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

/* project_link.c: the triggers that the image which ref means gives its children, as far as the
 * graph's files tell: NULL for one from outside, and where the builder's format drops them. */
struct df_ins **project_triggers(struct project *p, const char *ref, size_t *ret_n);
/* Evaluates once more what stands on such images, now that all files are read. */
void project_follow_triggers(struct project *p, struct err_list *errs);

#endif
