/* SPDX-License-Identifier: Apache-2.0 */
/* exit.h: the exit statuses of lockstep, the same for every command. */
#ifndef LOCKSTEP_EXIT_H
#define LOCKSTEP_EXIT_H

/*
 * A promise to the outside: scripts and CI jobs branch on these numbers, so a
 * value never changes its meaning and none is reused. Only the class of an
 * error decides which of them a command ends with.
 */
enum lockstep_exit {
	LOCKSTEP_EXIT_DONE = 0,        /* done, or nothing to do */
	LOCKSTEP_EXIT_FAILED = 1,      /* work failed: a build, a check, a delivery for good */
	LOCKSTEP_EXIT_USAGE = 2,       /* wrong usage, graph file or event */
	LOCKSTEP_EXIT_MISSING = 3,     /* the machine lacks a builder, a tool, a permission */
	LOCKSTEP_EXIT_REFUSED = 4,     /* what was found differs: drift, uncovered pin, no digest */
	LOCKSTEP_EXIT_TEMPORARY = 75,  /* registry or network down: the same call may work later */
	LOCKSTEP_EXIT_INTERRUPT = 130, /* SIGINT, with nothing left running */
	LOCKSTEP_EXIT_TERMINATE = 143, /* SIGTERM, with nothing left running */
};

#endif
