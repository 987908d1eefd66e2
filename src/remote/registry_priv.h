/* SPDX-License-Identifier: Apache-2.0 */
/* registry_priv.h: what the files of remote/registry share. */
#ifndef LOCKSTEP_REMOTE_REGISTRY_PRIV_H
#define LOCKSTEP_REMOTE_REGISTRY_PRIV_H

#include "base/vec.h"
#include "model/header.h"
#include "model/registries_conf.h"
#include "remote/creds.h"
#include "remote/registry.h"
#include "remote/registry_certs.h"

#include <sys/queue.h>

/* What a host is known to want; found out by one GET of /v2/ before anything else. */
enum host_state { HOST_NEW, HOST_PROBED_NOW, HOST_READY };

struct host {
	struct registry *reg;
	char *domain;  /* as in references and credentials */
	char *address; /* what is connected to */
	bool insecure;
	enum host_state state;
	enum registry_security security;
	enum header_scheme scheme; /* HEADER_OTHER: it wants no login */
	char *realm, *service;     /* of HEADER_BEARER */
	struct err err;            /* why the probe failed */
	struct registry_certs certs;
	struct err unusable; /* why they are: nothing is sent */
};

/* For one scope at one host, as its first user's login got it. */
struct token {
	struct host *host;
	char *scope;
	char *value; /* NULL while it is being fetched, or when that failed */
	char *form;  /* body of the request under way; holds a secret */
	int64_t until_ns;
	struct err err;
	bool refused; /* the server gives none to that login */
};

struct op;
typedef void (*op_step)(struct op *op);
typedef void (*op_answer)(struct op *op, struct http_response *response);

enum op_wait { OP_STARTING, OP_FOR_HOST, OP_FOR_TOKEN, OP_FOR_ANSWER, OP_FOR_OTHERS };

TAILQ_HEAD(op_list, op);

/* One question. Its texts live in its arena; a step ends by op_send(), op_end() or op_fail(). */
struct op {
	TAILQ_ENTRY(op) list;
	struct registry *reg;
	struct arena *arena;
	struct ref ref;
	bool writes; /* to the registry itself: no mirrors, and rights to push */
	registry_fn fn;
	void *ctx;
	struct registry_answer answer;
	void *own;    /* what this kind of question remembers; in the arena */
	json_t *json; /* the same, owned */

	op_step begin; /* at every place anew */
	struct registries_place *places;
	size_t nplaces, place;

	/* The exchange under way. */
	enum op_wait wait;
	struct loop_source *start;
	struct host *host;
	struct http_request req; /* url is set by op_send() */
	const char *path;        /* after https://host, or a whole URL */
	const char *scope;
	op_answer then;
	unsigned logins; /* tries to answer a 401 */
	struct token *token;
	struct http_call *call;
};

struct registry {
	struct registry_opts opts;
	struct loop *loop, *own_loop;
	struct http *http;
	struct creds *creds;
	struct registries_conf *conf;
	struct op_list ops;
	bool idle; /* ops is empty */
	VEC(struct host *) hosts;
	VEC(struct token *) tokens;
};

/* registry.c */
enum op_flags { OP_WRITES = 1 << 0, OP_ORIGIN = 1 << 1 };
/* fn is called once; begin is called by the loop. */
struct op *op_new(struct registry *reg, const struct ref *ref, unsigned flags, registry_fn fn,
		  void *ctx);
void op_start(struct op *op, op_step begin);
/* The answer is told; op is gone. A reading that did not find it goes on at the next place. */
void op_end(struct op *op, enum registry_state state);
/* With "unknown": err is moved. */
void op_fail(struct op *op, struct err *err);
void op_failf(struct op *op, enum err_class class, const char *fmt, ...) PRINTF(3, 4);
/* With "unknown", because of an answer that was not expected. what: "cannot …". */
void op_fail_response(struct op *op, struct http_response *response, const char *what);
/* The answer is that whoever asks may not. */
bool registry_refused(const struct http_response *response);
/* What to do then: log in, or the file with the login that was not enough. */
void op_hint_login(struct op *op, struct err *err);
/* True for a 200; else the answer is told: "absent" for a 404, else "unknown". */
bool op_found(struct op *op, struct http_response *response, const char *what) NODISCARD;
/* Prepares an exchange with /v2/PATH/… of the op's place. */
void op_request(struct op *op, enum http_method method, const char *fmt, ...) PRINTF(3, 4);
void op_add_header(struct op *op, const char *name, const char *value);
/* What a manifest is called in a URL: digest, tag or "latest". */
const char *op_reference(const struct op *op);
struct host *registry_host(struct registry *reg, const char *domain, bool insecure);
/* Replaces an owned text by a copy. */
void registry_set(char **to, const char *text);
bool registry_insecure(const struct registry *reg, const char *domain);

/* registry_auth.c */
/* Sends what was prepared, logging in where that is wanted; then() gets the answer. */
void op_send(struct op *op, op_answer then);
void registry_token_free(struct token *t);

/* registry_probe.c */
/* Asks how the host, whose certificates are usable, wants to be spoken to; then every op that waits
 * for it goes on. */
void registry_probe(struct host *host);
/* Of a 401: what the host wants from now on. scope (may be NULL): what it named, in the arena. */
void registry_learn_challenge(struct host *host, const struct http_response *response,
			      struct arena *arena, const char **scope);
/* registry_auth.c: goes on with what waited for a host or a token. */
void registry_resume(struct registry *reg, const struct host *host, const struct token *token);

/* registry_read.c */
#define REGISTRY_ACCEPT                                                                            \
	"application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, "    \
	"application/vnd.docker.distribution.manifest.list.v2+json, "                              \
	"application/vnd.docker.distribution.manifest.v2+json"
/* registry_get() from the registry itself, for what is about to be changed there. */
void registry_get_origin(struct registry *reg, const struct ref *ref, registry_fn fn, void *ctx);
/* registry_list.c: the path of the next page, of the same host, or NULL; *bad when it leads elsewhere. */
const char *op_next_page(struct op *op, const struct http_response *response, bool *bad);

#endif
