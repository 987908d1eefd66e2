/* SPDX-License-Identifier: Apache-2.0 */
/* reason.h: why an image has to be built, as data; every text about it renders these. */
#ifndef LOCKSTEP_MODEL_REASON_H
#define LOCKSTEP_MODEL_REASON_H

#include "base/arena.h"
#include "base/enum.h"
#include "base/json.h"

#define REASON_KIND_LIST(X)                                                                        \
	X(REASON_FIRST, "first-build")     /* nothing recorded yet */                              \
	X(REASON_FORCED, "forced")         /* --force */                                           \
	X(REASON_IMAGE_GONE, "image-gone") /* recorded, but no longer in the storage */            \
	X(REASON_KEY_FORMAT, "key-format") /* lockstep's key format or semantics changed */        \
	X(REASON_PARENT, "parent")         /* subject = image; before/after = image IDs */         \
	X(REASON_PARENT_PENDING, "parent-pending") /* parent will be built; outcome unknown */     \
	X(REASON_EXTERNAL, "external")             /* subject = reference; before/after = IDs */   \
	X(REASON_FILE_ADDED, "file-added") /* before/after = file, link, dir; a dir ends in / */   \
	X(REASON_FILE_REMOVED, "file-removed")                                                     \
	X(REASON_FILE_CHANGED, "file-changed")                                                     \
	X(REASON_FILE_MODE, "file-mode") /* before/after = "0644"/"0755" */                        \
	X(REASON_FILE_TYPE, "file-type") /* file, link, dir */                                     \
	X(REASON_LINK, "link-target")                                                              \
	X(REASON_INSTRUCTION_ADDED,                                                                \
	  "instruction-added") /* subject = keyword; before/after = text */                        \
	X(REASON_INSTRUCTION_REMOVED, "instruction-removed")                                       \
	X(REASON_INSTRUCTION_CHANGED, "instruction-changed")                                       \
	X(REASON_ARGUMENT, "argument") /* before/after: value, NULL = unset or absent */           \
	X(REASON_OPTION, "option")     /* also "label NAME", "secret ID" */                        \
	X(REASON_PLATFORM, "platform")                                                             \
	X(REASON_BUILDER, "builder") /* dialect or output settings */                              \
	X(REASON_BASE_CONFIG, "base-config")                                                       \
	X(REASON_ONBUILD, "onbuild")                                                               \
	X(REASON_SOURCE,                                                                           \
	  "source") /* subject = address; before/after = checksum, commit, or       \
				      "REF COMMIT"; added/removed: commits between them */              \
	X(REASON_REFRESH, "refresh")                                                               \
	X(REASON_WIDEN, "widen") /* subject = why the whole context counts */                      \
	X(REASON_RETRY, "retry") /* the last build with this key failed */                         \
	X(REASON_OTHER, "other") /* subject = a clause of its own */
ENUM_DECLARE(reason_kind, REASON_KIND_LIST);

/* All texts are borrowed from an arena. */
struct reason {
	enum reason_kind kind;
	const char *subject; /* image, path, argument, reference, instruction; "" if none */
	const char *before;  /* NULL = was not there */
	const char *after;   /* NULL = is not there any more */
	const char *file;    /* the Dockerfile, for instructions; NULL = not said */
	int line;            /* in the Dockerfile, where it is one; else 0 */
	long added, removed; /* lines of a changed file; -1 = unknown */
	const char *commit;  /* abbreviated commit that last changed the file, or NULL */
};

struct reasons {
	struct reason *v;
	size_t n;
};

/* True for the kinds whose subject is a context path. */
bool reason_is_about_file(enum reason_kind kind);
/* One sentence without the word "because": "parent agent-base has a new image: sha256:a1… →
 * sha256:b2…", "kali/sshd_config changed (+1 −1 lines, commit 0ec2f1e)". IDs are abbreviated to
 * 12 digits and long texts cut, unless full. Names and values may hold any bytes: what prints it makes
 * them safe. Caller frees. */
char *reason_text(const struct reason *r, bool full) NODISCARD;
json_t *reason_to_json(const struct reason *r) NODISCARD;
/* Reads what reason_to_json wrote; unknown kinds become REASON_OTHER. */
void reason_from_json(struct arena *arena, const json_t *j, struct reason *ret);
json_t *reasons_to_json(const struct reasons *rs) NODISCARD;
struct reasons reasons_from_json(struct arena *arena, const json_t *array);

#endif
