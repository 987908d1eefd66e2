/* SPDX-License-Identifier: Apache-2.0 */
/* subject.h: the image that a command is about: one of the graph, or a Dockerfile without one. */
#ifndef LOCKSTEP_CLI_SUBJECT_H
#define LOCKSTEP_CLI_SUBJECT_H

#include "cli/opt.h"
#include "cli/session.h"

struct subject {
	const char *file, *target;
	opt_texts args;
	struct plan *plan; /* of subject_plan(); NULL = none */
	const struct plan_node *node;
};

/* For the option table of a command that has a struct subject of this name. */
#define SUBJECT_OPTIONS(subject)                                                                     \
	{ 'f',                                                                                       \
	  "file",                                                                                    \
	  OPT_TEXT,                                                                                  \
	  "DOCKERFILE",                                                                              \
	  "this Dockerfile with a CONTEXT; no graph is read",                                        \
	  &(subject).file },                                                                         \
		{ 0, "build-arg", OPT_LIST, "NAME=VALUE", "with -f: an argument", &(subject).args }, \
	{                                                                                            \
		0, "target", OPT_TEXT, "STAGE", "with -f: the stage to build", &(subject).target     \
	}

/* argv: an IMAGE, or a CONTEXT with -f. Plans it, with its files hashed, into plan and node. */
int subject_plan(struct subject *subject, struct session *s, int argc, char **argv, struct err *err)
	NODISCARD;
void subject_fini(struct subject *subject);

#endif
