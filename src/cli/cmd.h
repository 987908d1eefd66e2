/* SPDX-License-Identifier: Apache-2.0 */
/* cmd.h: the commands, and what each is given. */
#ifndef LOCKSTEP_CLI_CMD_H
#define LOCKSTEP_CLI_CMD_H

#include "cli/opt.h"
#include "cli/session.h"

struct cmd {
	const char *name;
	const char *args;       /* "[IMAGE...]": the rest of the synopsis after the options */
	const char *summary;    /* one line, for `lockstep --help` */
	const char *about;      /* paragraphs for `lockstep NAME --help` */
	const char *examples;   /* lines "  $ lockstep …" */
	const struct opt *opts; /* ends with a nameless entry; may be NULL */
	/* argv holds what is no option; the exit status follows from the error's class. */
	int (*run)(struct session *s, int argc, char **argv, struct err *err);
};

/* All commands in the order of help; ends with NULL. */
extern const struct cmd *const cmd_all[];

extern const struct cmd cmd_build, cmd_ci, cmd_plan, cmd_why, cmd_inputs, cmd_graph, cmd_history,
	cmd_log, cmd_doctor, cmd_replay, cmd_stage, cmd_lock, cmd_update, cmd_bump, cmd_verify,
	cmd_dispatch, cmd_reproduce, cmd_gc, cmd_init, cmd_audit;

/* ERR_USAGE unless argc is between min and max; what: "an IMAGE". */
int cmd_arity(int argc, int min, int max, const char *what, struct err *err) NODISCARD;

#endif
