/* SPDX-License-Identifier: Apache-2.0 */
/* err.h: what went wrong, in a form that decides behaviour and that a person can read. */
#ifndef LOCKSTEP_BASE_ERR_H
#define LOCKSTEP_BASE_ERR_H

#include "base/mem.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * A function that can fail returns int: 0, or the negative class, and fills the struct err that
 * it was given last. On success err is untouched. The class decides exit status and retry
 * policy; the text is for people: lower case, no full stop, names in single quotes, what was
 * attempted. Nothing below cli/ prints an error.
 */
enum err_class {
	ERR_NONE = 0,
	ERR_USAGE,     /* wrong flags or arguments: exit 2 */
	ERR_INPUT,     /* graph file, Dockerfile, event, context that is wrong: exit 2 */
	ERR_FAILED,    /* work that was tried and failed: a build, a check: exit 1 */
	ERR_REFUSED,   /* found other than expected, nothing was done: exit 4 */
	ERR_SYSTEM,    /* the operating system said no (disk, permission): exit 3 */
	ERR_TOOL,      /* a needed program is missing or too old: exit 3 */
	ERR_TEMPORARY, /* network or registry, worth trying again: exit 75 */
	ERR_REMOTE,    /* a service refused for good: exit 1 */
	ERR_STORE,     /* the database: exit 3 */
	ERR_CANCELLED, /* a signal: exit 128 + signal */
};

struct err_where {
	char *file; /* as the user would write it, or NULL; owned */
	int line;   /* from 1; 0 = unknown */
	int col;    /* from 1, in characters; 0 = unknown */
};

struct err {
	enum err_class class;
	int sys_errno; /* errno at the time, or 0 */
	struct err_where where;
	char *msg;  /* owned */
	char *hint; /* what would be right, or NULL; owned */
};

#define ERR_INIT { 0 }

/* Sets err (freeing what it held) and returns -class. err may be NULL: then only the class counts. */
int err_set(struct err *err, enum err_class class, const char *fmt, ...) PRINTF(3, 4);
/* The same with ": strerror(errno)" appended and class ERR_SYSTEM; errno is read at entry. */
int err_sys(struct err *err, const char *fmt, ...) PRINTF(2, 3);
/* The same for a place in an input file; class ERR_INPUT. */
int err_at(struct err *err, const char *file, int line, int col, const char *fmt, ...) PRINTF(5, 6);
/* Adds what would be right; printed on a line of its own. No effect when err is NULL or unset. */
void err_hint(struct err *err, const char *fmt, ...) PRINTF(2, 3);
/* Puts "prefix: " before the message. Returns -class, so `return err_prefix(...)` works. */
int err_prefix(struct err *err, const char *fmt, ...) PRINTF(2, 3);
void err_clear(struct err *err);
/* Moves src into dst (dst's contents are freed), leaves src empty; returns -class. */
int err_move(struct err *dst, struct err *src);
/* "file:line:col: message" as one line, without the hint. Caller frees. */
char *err_text(const struct err *err) NODISCARD;
const char *err_class_name(enum err_class class);

#define AUTO_ERR CLEANUP(err_clear)

/*
 * All mistakes at once: a loader adds each and goes on, and the command prints them sorted by
 * file, line and column. Equal entries are kept once.
 */
struct err_list {
	struct err *items; /* owned */
	size_t n;
};

#define ERR_LIST_INIT { 0 }

/* Adds a mistake of class ERR_INPUT at a place; returns it so that a hint can be added. The
 * pointer is valid until the next add. */
struct err *err_list_at(struct err_list *list, const char *file, int line, int col, const char *fmt,
			...) PRINTF(5, 6);
/* Moves err into the list and leaves err empty. */
void err_list_take(struct err_list *list, struct err *err);
/* Sorts by file, line, column, text, and drops repetitions. */
void err_list_sort(struct err_list *list);
void err_list_clear(struct err_list *list);

#define AUTO_ERR_LIST CLEANUP(err_list_clear)

#endif
