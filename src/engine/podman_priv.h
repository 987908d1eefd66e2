/* SPDX-License-Identifier: Apache-2.0 */
/* podman_priv.h: what podman's files share. */
#ifndef LOCKSTEP_ENGINE_PODMAN_PRIV_H
#define LOCKSTEP_ENGINE_PODMAN_PRIV_H

#include "engine/podman.h"
#include "engine/runner_priv.h"

/* What comes after a command. */
struct podman_then {
	runner_fn fn;
	void *ctx;
	bool removing; /* not to be cancelled */
};

/* A command line that begins with this command; what is pushed to it comes from podman_word(). */
int podman_begin(struct podman *p, const char *command, struct builder_cmd *ret, struct err *err)
	NODISCARD;
const char *podman_word(struct podman *p, const char *word);
int podman_log_fd(const struct podman *p);
/* Takes cmd. */
int podman_start(struct podman *p, struct builder_cmd *cmd, struct proc_opts *opts,
		 const struct podman_then *then, struct err *err) NODISCARD;

/* podman_tidy.c */
int podman_tidy(struct builder *b, struct err *err) NODISCARD;
void podman_rest(struct builder *b);
int podman_probe(struct builder *b, unsigned needs, struct err *err) NODISCARD;

#endif
