/* SPDX-License-Identifier: Apache-2.0 */
/* ignore.h: which context paths an ignore file leaves out, in the builder's dialect. */
#ifndef LOCKSTEP_MODEL_IGNORE_H
#define LOCKSTEP_MODEL_IGNORE_H

#include "base/err.h"
#include "model/dialect.h"

/*
 * Patterns and their dialects: keys.md section 3 of the design; buildkit follows
 * moby/patternmatcher (M2), classic docker 20.10 (M1), containers containers/storage (C).
 * A walk asks top-down: for every directory first, then for what is in it, so that the dialect's
 * rule on parents can be applied.
 */
struct ignore;

/* Reads the lines of an ignore file; file is for messages. Mistakes (bad pattern, "!" alone,
 * a line of 64 KiB or more) go to errs with file:line:col and NULL is returned. An empty text is
 * a matcher that ignores nothing. */
struct ignore *ignore_parse(struct str text, const char *file, enum dialect dialect,
			    struct err_list *errs) NODISCARD;
void ignore_free(struct ignore *ig);

struct ignore_verdict {
	bool ignored;
	int line;         /* of the deciding pattern; 0 = no pattern matched */
	const char *text; /* of the deciding pattern as written; borrowed from ig; NULL if none */
};

/*
 * path: cleaned, context-relative, no leading "./". It can be asked for any path by itself.
 * classic and buildkit send the context in one walk from its top, so what lies below a folder
 * that this walk does not enter is ignored here, too, and the verdict names the folder's pattern.
 * containers look at a path by itself, because a source that COPY names is looked at by itself: a
 * walk from there loses what lies below folders that it does not enter.
 */
struct ignore_verdict ignore_match(const struct ignore *ig, struct str path);
/* Does the builder's walk enter the ignored directory `dir`, for the sake of an exception? It
 * goes by the literal start of the exceptions (buildkit only while all of them are literal), so
 * what an exception that starts with stars would include below is lost to the other two. */
bool ignore_may_include_below(const struct ignore *ig, struct str dir);
bool ignore_is_empty(const struct ignore *ig);

/*
 * The candidates for the ignore file of a context, in the order of precedence of the dialect
 * (keys.md 3.1): e.g. for containers "<Dockerfile>.dockerignore" then "<Dockerfile>.containerignore"
 * (beside the Dockerfile; the former wins), then ".containerignore", ".dockerignore" of the
 * context root. The first that exists is the one used, alone, even if empty.
 */
struct ignore_candidate {
	bool beside_dockerfile; /* else: relative to the context root */
	const char *name;       /* file name, or suffix to the Dockerfile's path if beside */
};
size_t ignore_candidates(enum dialect dialect, const struct ignore_candidate **ret);

#endif
