/* SPDX-License-Identifier: Apache-2.0 */
/* shellword.h: variable expansion and word splitting as Dockerfile instructions do them. */
#ifndef LOCKSTEP_MODEL_SHELLWORD_H
#define LOCKSTEP_MODEL_SHELLWORD_H

#include "base/arena.h"
#include "base/err.h"
#include "model/dialect.h"

/* Looks a variable up; NULL = unset (which is not ""). */
typedef const char *(*shellword_lookup)(void *ctx, struct str name);

struct shellword {
	enum dialect dialect;
	char escape; /* '\\' or '`'; the containers dialect always uses '\\' */
	shellword_lookup lookup;
	void *ctx;
	/* When not NULL, called for each variable name that is referenced (also in a default
	 * that is not taken), so that the caller knows what a text depends on. */
	void (*seen)(void *ctx, struct str name);
};

/* Expands quotes, escapes and variables of one word, without splitting (BuildKit's ProcessWord).
 * The forms each dialect knows: keys.md 4.3. ERR_INPUT on a form it does not know or on unbalanced
 * braces or quotes; the caller adds the place. */
int shellword_expand(const struct shellword *sw, struct arena *arena, struct str word, char **ret,
		     struct err *err) NODISCARD;
/* As ProcessWords: splits at blanks after expansion, quotes respected (for EXPOSE, RUN mounts). */
int shellword_expand_words(const struct shellword *sw, struct arena *arena, struct str text,
			   char ***ret_words, size_t *ret_n, struct err *err) NODISCARD;
/* True if $NAME, ${NAME or ${NAME: … occurs anywhere in text (quoting ignored): for the rule on
 * undeclared arguments (keys.md 2.4 b). */
bool shellword_mentions(struct str text, const char *name);

#endif
