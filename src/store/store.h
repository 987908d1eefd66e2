/* SPDX-License-Identifier: Apache-2.0 */
/* store.h: the SQLite file that remembers what was built from what. */
#ifndef LOCKSTEP_STORE_STORE_H
#define LOCKSTEP_STORE_STORE_H

#include "base/err.h"

/*
 * One database, lockstep.db, in the state folder; docs/store.md describes its tables. It decides
 * nothing. It can be deleted at any time. A state change and what it announces commit together.
 * Readers need no lock; who builds holds the state folder's lock (io/lock) first.
 */
struct store;

/* What happened to the file at opening; for one sentence to the user. */
struct store_notice {
	char *set_aside; /* path of a damaged database that was moved away, or NULL; owned */
};

/* Opens or creates <state_dir>/lockstep.db and brings its schema up to date. A database from a
 * newer lockstep is ERR_STORE and says both versions; a damaged one is renamed to
 * lockstep.db.damaged-<time> and an empty one takes its place (ret_notice says so). */
int store_open(const char *state_dir, struct store **ret, struct store_notice *ret_notice,
	       struct err *err) NODISCARD;
void store_close(struct store *s);
void store_notice_clear(struct store_notice *n);

/* Transactions: what is written between begin and commit is there whole or not at all. */
int store_begin(struct store *s, struct err *err) NODISCARD;
/* The same, and what is committed survives the death of the machine: for what is announced. */
int store_begin_durable(struct store *s, struct err *err) NODISCARD;
int store_commit(struct store *s, struct err *err) NODISCARD;
void store_rollback(struct store *s);

/* A small value under a name (cached facts about the machine). NULL in *ret when absent; caller
 * frees. */
int store_get_meta(struct store *s, const char *name, char **ret, struct err *err) NODISCARD;
int store_set_meta(struct store *s, const char *name, const char *value, struct err *err) NODISCARD;

#endif
