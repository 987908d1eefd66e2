/* SPDX-License-Identifier: Apache-2.0 */
/* runner_priv.h: the table of functions that each engine which runs containers fills. */
#ifndef LOCKSTEP_ENGINE_RUNNER_PRIV_H
#define LOCKSTEP_ENGINE_RUNNER_PRIV_H

#include "engine/runner.h"

/* Each function is what runner.h says of its namesake; rest may be NULL. */
struct runner_ops {
	bool pods; /* it plays them (podman.h) */
	struct runner *(*new)(const struct runner_opts *opts);
	void (*free)(struct runner *r);
	int (*run)(struct runner *r, const struct runner_container *c, runner_fn fn, void *ctx,
		   struct err *err);
	int (*exec)(struct runner *r, const struct runner_command *c, runner_fn fn, void *ctx,
		    struct err *err);
	int (*look)(struct runner *r, const char *const *names, runner_fn fn, void *ctx,
		    struct err *err);
	int (*logs)(struct runner *r, const char *name, runner_fn fn, void *ctx, struct err *err);
	int (*remove)(struct runner *r, const char *name, runner_fn fn, void *ctx, struct err *err);
	void (*cancel)(struct runner *r);
	int (*tidy)(struct builder *b, struct err *err);
	void (*rest)(struct builder *b);
	int (*probe)(struct builder *b, unsigned needs, struct err *err);
	char *(*who)(struct builder *b);
};

/* First member of each one's own struct. */
struct runner {
	const struct runner_ops *ops;
};

/* Loaded: for images that builder_run_load_cmd() brings to podman, one at a time. */
extern const struct runner_ops runner_podman_ops, runner_podman_loaded_ops, runner_docker_ops;

#endif
