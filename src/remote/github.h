/* SPDX-License-Identifier: Apache-2.0 */
/* github.h: GitHub's REST and GraphQL API for one repository. */
#ifndef LOCKSTEP_REMOTE_GITHUB_H
#define LOCKSTEP_REMOTE_GITHUB_H

#include "base/json.h"
#include "io/http.h"

/*
 * Requests are made one after the other, with GitHub's pause between writes. What may pass is asked
 * again here: a rate limit as long as GitHub says (up to GITHUB_PATIENCE_MS, then ERR_TEMPORARY),
 * and 5xx and cut connections a few times, unless it is a POST, which may have been done: whoever
 * sent it looks what is there. Every other answer goes to the caller, 4xx included.
 *
 * The token goes into a header and nowhere else: answers are kept with "***" in its place.
 */
#define GITHUB_PATIENCE_MS 90000

struct github;

struct github_opts {
	struct loop *loop;
	const char *api;  /* "https://api.github.com", without a '/' at the end */
	const char *slug; /* OWNER/NAME */
	const char *token;
};

/* ERR_USAGE for a token that cannot be one, or that would go over the network in the clear. */
int github_new(const struct github_opts *opts, struct github **ret, struct err *err) NODISCARD;
/* NULL is fine. */
void github_free(struct github *g);
const char *github_slug(const struct github *g);

struct github_answer {
	int status;
	json_t *json; /* NULL = none */
	char *said;   /* what its message says, on one line; "" = nothing */
};
void github_answer_fini(struct github_answer *a);
#define AUTO_GITHUB_ANSWER CLEANUP(github_answer_fini)

/* path goes behind the API's address: "/repos/OWNER/NAME/pulls". body NULL = none; it is borrowed. */
int github_call(struct github *g, enum http_method method, const char *path, const json_t *body,
		struct github_answer *ret, struct err *err) NODISCARD;
/* The same behind "/repos/OWNER/NAME". */
int github_repo(struct github *g, enum http_method method, const char *path, const json_t *body,
		struct github_answer *ret, struct err *err) NODISCARD;
/* A mutation with one variable "input" (of the type NameInput), which is taken over. ret->json is its data; a mutation that
 * fails has status 200, json NULL, and its first message in said. */
int github_mutate(struct github *g, const char *name, const char *selection, json_t *take_input,
		  struct github_answer *ret, struct err *err) NODISCARD;
/* ERR_REMOTE of an answer that is not what was hoped for, with what the token needs where it is that:
 * "cannot WHAT: status 403: …". */
int github_refusal(const struct github *g, const struct github_answer *a, const char *what,
		   const char *needs, struct err *err);

#endif
