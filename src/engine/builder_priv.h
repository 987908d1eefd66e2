/* SPDX-License-Identifier: Apache-2.0 */
/* builder_priv.h: the state that the builder's files share. */
#ifndef LOCKSTEP_ENGINE_BUILDER_PRIV_H
#define LOCKSTEP_ENGINE_BUILDER_PRIV_H

#include "engine/builder.h"
#include "engine/cstorage.h"

#define BUILDER_PROGRAM "buildah"

struct builder {
	char *state_dir;
	char *tmp_dir; /* TMPDIR of the builders: they leave things there when they are killed */
	struct store *store;
	const char *const *env;
	struct cstorage own, user;
	bool user_known;
};

/* `buildah rm --all` in our storage. */
void builder_clean_cmd(struct builder *b, struct arena *a, struct builder_cmd *ret);
/* The value of NAME in an environment list, or NULL. */
const char *builder_env(const char *const *env, const char *name);

#endif
