/* SPDX-License-Identifier: Apache-2.0 */
/* check_folder.h: folders of the repository that a check mounts into its container. */
#ifndef LOCKSTEP_ENGINE_CHECK_FOLDER_H
#define LOCKSTEP_ENGINE_CHECK_FOLDER_H

#include "engine/project.h"
#include "io/pool.h"

/* What such a folder holds is part of what the check demands: this puts a digest of it into the
 * spec of each check of the image, under "folders". A folder that is not there, and what is no
 * file, folder or link, goes to errs at the place of the check. To be called once an image. */
int check_folder_read(struct project *p, const struct graph_image *image, struct pool *pool,
		      struct err_list *errs, struct err *err) NODISCARD;
/* Copies the folders of one check into dir (made anew), each under its index among the mounts,
 * readable for every user. ERR_INPUT when one has changed since check_folder_read(). */
int check_folder_stage(struct project *p, const struct graph_check *check, struct pool *pool,
		       const char *dir, struct err *err) NODISCARD;
/* True if there is anything to stage. */
bool check_folder_any(const struct graph_check *check);

#endif
