/* SPDX-License-Identifier: Apache-2.0 */
/* draft_priv.h: what the parts of a draft's making share. */
#ifndef LOCKSTEP_MODEL_DRAFT_PRIV_H
#define LOCKSTEP_MODEL_DRAFT_PRIV_H

#include "model/draft.h"

/* Adds a note to an image, or with image == NULL to the draft. */
void draft_say(struct draft *d, struct draft_image *image, struct survey_place at, const char *fmt,
	       ...) PRINTF(4, 5);
/* What a build is called by its file, without a registry, else by its folder; as a registry takes it.
 * Arena. */
const char *draft_short_name(struct draft *d, const struct survey_build *b);
/* Finds the registry, then gives all images their names. */
void draft_name_images(struct draft *d);
/* True if a repository, as FROM writes it without the tag, is an image of the draft. */
bool draft_is_ours(const struct draft *d, struct str name);
/* Which of the build's arguments have to be in the graph file. */
void draft_take_args(struct draft *d, struct draft_image *image);

#endif
