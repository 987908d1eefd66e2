/* SPDX-License-Identifier: Apache-2.0 */
/* runner.h: containers of images that were built, where they were built. */
#ifndef LOCKSTEP_ENGINE_RUNNER_H
#define LOCKSTEP_ENGINE_RUNNER_H

#include "base/json.h"
#include "engine/builder.h"
#include "io/loop.h"

/*
 * An image is run where its builder keeps it, by its ID, and is copied nowhere: by podman on the
 * storage of buildah and podman, by docker's engine in docker. Nothing outside of these files knows
 * which. Whatever is started carries the label of the state folder, and its owner removes it; what
 * a lockstep that was killed left behind, runner_tidy() removes.
 *
 * One struct runner does one thing at a time. Each call below starts something, and its function is
 * called once by the loop when that has ended.
 */
struct runner;

struct runner_opts {
	struct builder *builder;
	struct loop *loop;
	int log_fd; /* for what commands print; -1 = nowhere; not owned */
};

/* What runs images of this builder; runner_probe() comes before. */
struct runner *runner_new(const struct runner_opts *opts) NODISCARD;
/* Nothing may be under way. NULL is fine. */
void runner_free(struct runner *r);

struct runner_state {
	bool running;
	int exit_status;
	bool out_of_memory;
};

struct runner_result {
	int status;        /* exit status; -1 when it was ended by a signal */
	struct str output; /* both streams as they came; until the next call */
	bool timed_out, cancelled;
	bool overflow;                     /* it printed more than MAX_CHILD_KEPT, and was ended */
	const struct runner_state *states; /* of runner_look(), in order; NULL = cannot be told */
};
typedef void (*runner_fn)(void *ctx, const struct runner_result *result);
/* The status that says that a container could not be started; why is in the output. */
#define RUNNER_CANNOT_START 125

struct runner_container {
	const char *name;
	const char *image_id;
	const json_t
		*keys; /* user, cap-drop, mounts, …: a check's, as graph.h has them; may be NULL */
	const json_t *command; /* list; NULL or empty = the image's own */
	bool bare;             /* command is all: the image's entrypoint is left out */
	bool detach;           /* started is enough; its output is read with runner_logs() */
	int port, host_port;   /* host_port of 127.0.0.1 leads to port; 0 = none */
	const char *folders;   /* where the folders of `mounts` are, by index; NULL = none */
	int64_t timeout_ms;    /* for the command; detached: of the container's life, with podman */
};
int runner_run(struct runner *r, const struct runner_container *c, runner_fn fn, void *ctx,
	       struct err *err) NODISCARD;
/* A command in a container that runs. */
struct runner_command {
	const char *container;
	const json_t *argv;
	int64_t timeout_ms;
};
int runner_exec(struct runner *r, const struct runner_command *c, runner_fn fn, void *ctx,
		struct err *err) NODISCARD;
/* The state of containers, a NULL-terminated list of names. */
int runner_look(struct runner *r, const char *const *names, runner_fn fn, void *ctx,
		struct err *err) NODISCARD;
/* What a container has printed up to now, at most its newest MAX_CHILD_KEPT bytes or so. */
int runner_logs(struct runner *r, const char *name, runner_fn fn, void *ctx, struct err *err)
	NODISCARD;
/* Ends and removes a container with its volumes; one that is not there is fine. */
int runner_remove(struct runner *r, const char *name, runner_fn fn, void *ctx, struct err *err)
	NODISCARD;
/* Ends what is under way (not a removal); its function is called as usual. */
void runner_cancel(struct runner *r);

/* "the container 'x' ended with exit status 3"; NULL when it runs. Caller frees. */
char *runner_state_wrong(const struct runner_state *s, const char *name) NODISCARD;
/* What was said about a failure, without "Error: ". */
struct str runner_complaint(struct str output);

/* All names of what is started begin so. */
#define RUNNER_PREFIX "lockstep-"
/* Two words, "lockstep.state" and a digest of the state folder. */
#define RUNNER_LABEL "lockstep.state"
/* "lockstep.state=…", by which everything of a state folder is known; arena. */
const char *runner_label(const struct builder *b, struct arena *a);

/* Removes containers, pods and volumes that a lockstep which is no more has left. Nobody else may
 * be running any there. Starts a program only when there is something. */
int runner_tidy(struct builder *b, struct err *err) NODISCARD;
/* When no container is left: ends what would stay for no reason. */
void runner_rest(struct builder *b);

/* What has to be possible besides running a container. */
enum runner_needs {
	RUNNER_PORTS = 1 << 0, /* with a network, and a port that can be reached */
	RUNNER_PODS = 1 << 1,
};
/* Whether containers can be run here: ERR_TOOL in one sentence when not. */
int runner_probe(struct builder *b, unsigned needs, struct err *err) NODISCARD;
/* For `doctor`: who runs images, and why; after a probe. Caller frees. */
char *runner_who(struct builder *b) NODISCARD;

#endif
