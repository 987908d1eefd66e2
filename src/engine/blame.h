/* SPDX-License-Identifier: Apache-2.0 */
/* blame.h: adds to reasons what git knows: lines and the commit that changed a file. */
#ifndef LOCKSTEP_ENGINE_BLAME_H
#define LOCKSTEP_ENGINE_BLAME_H

#include "engine/project.h"
#include "model/reason.h"

/*
 * For each changed, added or removed file: lines added and removed since the commit of the last
 * build, and the newest commit that touched it. Best effort: what git cannot tell (no repository,
 * the earlier build was made from an unclean tree, more than 20 files) stays unknown; nothing here
 * fails a build. before_commit: of the last build, may end in '+' (unclean) or be NULL.
 */
void blame_reasons(struct project *p, const struct graph_image *image, const char *before_commit,
		   struct arena *arena, struct reasons *reasons);

#endif
