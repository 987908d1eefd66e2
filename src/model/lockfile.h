/* SPDX-License-Identifier: Apache-2.0 */
/* lockfile.h: what the outside world was when it was looked at last: lockstep.lock. */
#ifndef LOCKSTEP_MODEL_LOCKFILE_H
#define LOCKSTEP_MODEL_LOCKFILE_H

#include "base/buf.h"
#include "base/enum.h"
#include "base/err.h"

/*
 * docs/lock.md is the contract. One line an entry, "KIND NAME [REF] VALUE", sorted by kind, name and
 * reference, so that two people who lock different things change different lines. Fields are encoded as in the key
 * (model/enc.h); comments and blank lines are allowed when reading and not written back.
 */
#define LOCKFILE_KIND_LIST(X)                                                                      \
	X(LOCKFILE_GIT, "git")     /* address, reference: a full commit */                         \
	X(LOCKFILE_HTTP, "http")   /* address: sha256 of the body */                               \
	X(LOCKFILE_IMAGE, "image") /* normalised reference: digest of manifest or index */         \
	X(LOCKFILE_LOCAL, "local") /* normalised reference: image ID, of one in no registry */
ENUM_DECLARE(lockfile_kind, LOCKFILE_KIND_LIST);

struct lockfile_entry {
	enum lockfile_kind kind;
	const char *name;
	const char *ref; /* of git; else "" */
	const char *value;
	int line; /* where it was read; 0 = set since */
};

struct lockfile;

struct lockfile *lockfile_new(void) NODISCARD;
/* Every mistake (version, kind, number of fields, values that are none, two values for one thing,
 * marks of a merge) goes to errs with file:line:col; then NULL is returned. Any order is taken. */
struct lockfile *lockfile_parse(struct str text, const char *file, struct err_list *errs) NODISCARD;
/* NULL is a copy of NULL. */
struct lockfile *lockfile_copy(const struct lockfile *from) NODISCARD;
/* NULL is fine. */
void lockfile_free(struct lockfile *l);

/* Sorted. */
size_t lockfile_len(const struct lockfile *l);
const struct lockfile_entry *lockfile_at(const struct lockfile *l, size_t i);
/* l may be NULL; NULL when there is none. ref may be "". An image may be in the file as LOCAL: both
 * kinds are found under LOCKFILE_IMAGE. Valid until the next set. */
const struct lockfile_entry *lockfile_find(const struct lockfile *l, enum lockfile_kind kind,
					   const char *name, const char *ref);
/* Texts are copied; what was there under that name is replaced. */
void lockfile_set(struct lockfile *l, const struct lockfile_entry *entry);
/* True if value is what an entry of that kind may hold. */
bool lockfile_valid(enum lockfile_kind kind, const char *value);
/* "debian:12", "https://… main": what people call it. Caller frees. */
char *lockfile_entry_text(const struct lockfile_entry *entry) NODISCARD;
void lockfile_print(const struct lockfile *l, struct buf *b);

#endif
