/* SPDX-License-Identifier: Apache-2.0 */
/* docker_call.h: a long request to a Docker engine: a build, a pull, an image that is written out. */
#ifndef LOCKSTEP_REMOTE_DOCKER_CALL_H
#define LOCKSTEP_REMOTE_DOCKER_CALL_H

#include "base/arena.h"
#include "io/loop.h"
#include "io/proc.h"
#include "remote/docker_api.h"

/* A secret, under a name that the context does not have. */
struct docker_call_file {
	const char *name;
	const char *text; /* what it holds; NULL = what the file at path does */
	const char *path;
};

/*
 * Seen from outside it is a program (io/proc): it prints, line by line and into a log, it has a
 * time limit, it can be ended, and it comes to an exit status, with what was wrong as its last
 * line. Ending it closes the connection, and the engine then stops what it was doing.
 *
 * What is sent is read from disk on the way, what comes is looked at line by line or written to a
 * file: neither is ever in memory as a whole.
 */
struct docker_call_opts {
	struct docker_api *api;
	enum http_method method;
	const char *path; /* with its query */

	/* A build: this folder is the body, with the Dockerfile under a name of its own in it. */
	const char *context;
	const char *dockerfile, *dockerfile_name;
	/* What goes with it. */
	const struct docker_call_file *files;
	size_t nfiles;
	bool no_ignore; /* the query takes the Dockerfile out of the context, and no ignore file */
	/* A pull: whose login goes with it, from where `docker login` writes. env as in creds.h. */
	const char *domain, *repository;
	const char *const *env;

	const char *save;    /* the answer goes to this file; NULL: it is progress */
	const char *id_file; /* the image ID that progress must name goes to this one; or NULL */
};

/* A name for the Dockerfile that the context does not have, and such a one that begins with name;
 * arena. */
const char *docker_call_dockerfile(struct arena *a, const char *context);
const char *docker_call_name(struct arena *a, const char *context, const char *name);

/* What the last line holds when the other side is gone. */
#define DOCKER_CALL_BROKE_OFF "' broke off: "

struct docker_call;

/* As in proc.h. The status of the result is 1, or that of the step that failed. */
struct docker_call_watch {
	struct loop *loop;
	int log_fd;
	int64_t timeout_ms;
	void (*on_line)(void *ctx, struct str line);
	proc_exit_fn on_exit;
	void *ctx;
};

/* Nothing of what is given is needed afterwards but api. */
int docker_call_start(const struct docker_call_opts *call, const struct docker_call_watch *watch,
		      struct docker_call **ret, struct err *err) NODISCARD;
void docker_call_end(struct docker_call *c);
/* The last bytes of what was printed. */
struct str docker_call_tail(const struct docker_call *c);
/* Only after on_exit, or in it. NULL is fine. */
void docker_call_free(struct docker_call *c);

/* The same from beginning to end, while everything else waits: ERR_TOOL with the last line. */
int docker_call_wait(const struct docker_call_opts *call, struct err *err) NODISCARD;

#endif
