/* SPDX-License-Identifier: Apache-2.0 */
/* session.h: what one invocation has opened so far; exists in cli/ only. */
#ifndef LOCKSTEP_CLI_SESSION_H
#define LOCKSTEP_CLI_SESSION_H

#include "cli/ci_origin.h"
#include "cli/opt.h"
#include "engine/builder.h"
#include "engine/plan.h"
#include "engine/single.h"
#include "io/http.h"
#include "io/lock.h"

/* Options that every command has. */
struct session_opts {
	const char *dir;     /* -C */
	const char *graph;   /* --graph */
	const char *root;    /* --root */
	const char *state;   /* --state */
	const char *builder; /* --builder */
	const char *color;   /* --color */
	const char *commit;  /* --commit; only of commands that offer it */
	opt_texts insecure;  /* --insecure-registry; only of commands that offer it */
	opt_texts sets;      /* --set */
	bool locked;         /* --locked */
	bool pull;           /* --pull; only of commands that offer it */
	bool no_stat_cache;
	bool json;
	bool help;
};

/*
 * Everything is opened when it is first asked for, so that `lockstep graph` touches no database
 * and a mistake in the graph file is told before a missing builder is.
 */
struct session {
	struct session_opts o;
	const char *command; /* the whole command line, for history */
	char *state_dir;
	const struct single *single; /* in place of a graph file; NULL = none */
	struct source_cache *sources;
	struct downloads *downloads;
	bool relocking; /* the command is about the lock file: it may be out of date */
	bool moving;    /* and moves what it holds */
	bool engine;    /* session_engine() was called: the lock file is checked by it */
	const struct lockfile *lockfile; /* in place of the lock file; NULL = that */
	const struct lockfile *pins;     /* go before its entries; NULL = none */
	struct project *project;
	struct store *store;
	struct builder *builder;
	struct identities *identities;
	struct pool *pool;
	struct loop *loop;
	struct shared *shared;
	struct http_stats requests; /* of registries that were closed again */
	struct lock *lock;
	struct err_list errs; /* mistakes of input, printed at the end of the command */
	json_t *event;        /* the CI event, read once */
	bool event_read;
	struct buf last_words; /* for stderr, when all else is said */
};

void session_init(struct session *s);
void session_fini(struct session *s);
/* The options above as a table; points into s. */
const struct opt *session_options(struct session *s);

int session_state(struct session *s, struct err *err) NODISCARD;
/* What --builder or LOCKSTEP_BUILDER ask for; BUILDER_AUTO when neither does. */
int session_builder(const struct session *s, enum builder_kind *ret, struct err *err) NODISCARD;
/* s->sources; the state folder is made only when something is fetched. */
void session_sources(struct session *s);
int session_project(struct session *s, struct err *err) NODISCARD;
/* The graph file alone, for commands that need no Dockerfile; s->project without sources. */
int session_graph(struct session *s, struct err *err) NODISCARD;
int session_store(struct session *s, struct err *err) NODISCARD;
/* Project, store, builder and pool. */
int session_engine(struct session *s, struct err *err) NODISCARD;
/* The loop of the program. */
int session_loop(struct session *s, struct err *err) NODISCARD;
/* The registry of the graph as shared memory, with --insecure-registry. After session_project. */
int session_shared(struct session *s, struct err *err) NODISCARD;
/* What talking to the graph's registry has cost so far. */
struct http_stats session_requests(const struct session *s);
/* The lock of the state folder; says on stderr for whom it waits. */
int session_lock(struct session *s, struct err *err) NODISCARD;
/* Forgets the project and loads it again: the files may have moved while we waited. */
int session_reload(struct session *s, struct err *err) NODISCARD;
/* The graph file alone. */
int session_reload_graph(struct session *s, struct err *err) NODISCARD;

/* The same with another lock file than that on disk. */
int session_reload_with(struct session *s, const struct lockfile *lock, struct err *err) NODISCARD;

/* The value of a variable (graph_lookup; ctx is the session): --set, LOCKSTEP_VAR_NAME, the CI
 * event. */
const char *session_lookup(void *ctx, const struct graph_variable *var);

/* What the CI job was started by, or NULL; borrowed. */
const json_t *session_event(struct session *s);
/* Whose files the CI job works on. */
enum ci_origin session_origin(struct session *s);
/* The image of that name; ERR_USAGE with the nearest one. */
int session_image(struct session *s, const char *name, const struct graph_image **ret,
		  struct err *err) NODISCARD;
/* A plan of one image with what it is built from; the files of one that waits are hashed too, since
 * it is for showing. The caller frees it. */
int session_plan_image(struct session *s, char *name, const struct graph_image **ret_image,
		       struct plan **ret, struct err *err) NODISCARD;
/* plan_make, with a word on stderr about what it left out. */
int session_plan(struct session *s, const struct plan_opts *opts, struct plan **ret,
		 struct err *err) NODISCARD;
/* Options for it from what is open. */
struct plan_opts session_plan_opts(struct session *s, char **images, int n);

#endif
