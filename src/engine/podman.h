/* SPDX-License-Identifier: Apache-2.0 */
/* podman.h: containers and pods of images that were built, where they were built. */
#ifndef LOCKSTEP_ENGINE_PODMAN_H
#define LOCKSTEP_ENGINE_PODMAN_H

#include "base/json.h"
#include "engine/builder.h"
#include "io/loop.h"

/*
 * podman runs in the builder's own storage, so an image is what was built, by its ID, and is copied
 * nowhere. Whatever is started carries the label of the state folder, and its owner removes it; what
 * a lockstep that was killed left behind, podman_tidy() removes. A container that nobody removes
 * ends by itself after its time.
 *
 * One struct podman does one thing at a time. Each call below starts a program, and its function is
 * called once by the loop when that has ended.
 */
struct podman;

struct podman_opts {
	struct builder *builder;
	struct loop *loop;
	int log_fd; /* for what commands print; -1 = nowhere; not owned */
};

struct podman *podman_new(const struct podman_opts *opts) NODISCARD;
/* Nothing may be under way. NULL is fine. */
void podman_free(struct podman *p);

struct podman_result {
	int status;        /* exit status; -1 when it was ended by a signal */
	struct str output; /* both streams as they came; until the next call */
	bool timed_out, cancelled;
	bool overflow; /* it printed more than MAX_CHILD_KEPT, and was ended */
};
typedef void (*podman_fn)(void *ctx, const struct podman_result *result);
/* The status with which podman says that it could not start a container. */
#define PODMAN_CANNOT_START 125

struct podman_container {
	const char *name;
	const char *image_id;
	const json_t
		*keys; /* user, cap-drop, mounts, …: a check's, as graph.h has them; may be NULL */
	const json_t *command; /* list; NULL or empty = the image's own */
	bool bare;             /* command is all: the image's entrypoint is left out */
	bool detach;           /* started is enough; its output is read with podman_logs() */
	int port, host_port;   /* host_port of 127.0.0.1 leads to port; 0 = none */
	const char *folders;   /* where the folders of `mounts` are, by index; NULL = none */
	int64_t timeout_ms;    /* for the command; detached: of the container's life */
};
int podman_run(struct podman *p, const struct podman_container *c, podman_fn fn, void *ctx,
	       struct err *err) NODISCARD;
/* A command in a container that runs. */
struct podman_command {
	const char *container;
	const json_t *argv;
	int64_t timeout_ms;
};
int podman_exec(struct podman *p, const struct podman_command *c, podman_fn fn, void *ctx,
		struct err *err) NODISCARD;
/* The state of containers, a NULL-terminated list of names: the output is for podman_states(). */
int podman_look(struct podman *p, const char *const *names, podman_fn fn, void *ctx,
		struct err *err) NODISCARD;
/* What a container has printed up to now, at most its newest MAX_CHILD_KEPT bytes or so. */
int podman_logs(struct podman *p, const char *name, podman_fn fn, void *ctx, struct err *err)
	NODISCARD;
/* Ends and removes a container with its volumes; one that is not there is fine. */
int podman_remove(struct podman *p, const char *name, podman_fn fn, void *ctx, struct err *err)
	NODISCARD;

/* Plays a manifest of Kubernetes (pod_render()); its pod has the containers, and all of that is
 * removed by podman_remove_pod(), its volumes by podman_remove_volumes() (a name a line). */
int podman_play(struct podman *p, const char *file, podman_fn fn, void *ctx, struct err *err)
	NODISCARD;
int podman_remove_pod(struct podman *p, const char *name, podman_fn fn, void *ctx, struct err *err)
	NODISCARD;
int podman_remove_volumes(struct podman *p, const char *names, podman_fn fn, void *ctx,
			  struct err *err) NODISCARD;
/* The processes of a container, as this machine numbers them: the output is for podman_owns(). */
int podman_processes(struct podman *p, const char *name, podman_fn fn, void *ctx, struct err *err)
	NODISCARD;
/* Looks which of these processes hold a socket that listens on a TCP port of their network: there
 * is output when one does. */
int podman_owns(struct podman *p, struct str processes, int port, podman_fn fn, void *ctx,
		struct err *err) NODISCARD;

/* Ends what is under way (not a removal); its function is called as usual. */
void podman_cancel(struct podman *p);

struct podman_state {
	bool running;
	int exit_status;
	bool out_of_memory;
};
/* Reads n states off what podman_look() printed; false when it is something else. */
bool podman_states(struct str output, struct podman_state *ret, size_t n);

/* "the container 'x' ended with exit status 3"; NULL when it runs. Caller frees. */
char *podman_state_wrong(const struct podman_state *s, const char *name) NODISCARD;

/* What podman said about a failure, without its "Error: ". */
struct str podman_complaint(struct str output);
/* All names of what is started begin so. A ConfigMap becomes a volume, and that gets no label. */
#define PODMAN_PREFIX "lockstep-"
/* Two words, "lockstep.state" and a digest of the state folder. */
#define PODMAN_LABEL "lockstep.state"
/* "lockstep.state=…", by which everything of a state folder is known; arena. */
const char *podman_label(const struct builder *b, struct arena *a);

/* Removes containers, pods and volumes that a lockstep which is no more has left. Nobody else may
 * be running any there. Starts podman only when there is something. */
int podman_tidy(struct builder *b, struct err *err) NODISCARD;

/* When no container is left: ends the process that podman keeps for an ordinary user. */
void podman_rest(struct builder *b);

/* Whether containers can be run here: ERR_TOOL in one sentence when not. network: also with a port
 * that can be reached. Runs podman once. */
int podman_probe(struct builder *b, bool network, struct err *err) NODISCARD;

#endif
