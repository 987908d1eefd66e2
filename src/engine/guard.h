/* SPDX-License-Identifier: Apache-2.0 */
/* guard.h: what must hold before an image is built, and of what its build prints. */
#ifndef LOCKSTEP_ENGINE_GUARD_H
#define LOCKSTEP_ENGINE_GUARD_H

#include "engine/project.h"

/* Looks at the input guards of an image: the files that the build could read, so after the ignore
 * file, and also of a git source. What does not hold is a mistake in errs, at the guard's place in
 * the graph file; ERR_INPUT then. */
int guard_inputs(struct project *p, const struct graph_image *image, struct err_list *errs,
		 struct err *err) NODISCARD;

/* The first guard of an image's log; NULL = it has none. */
const struct graph_guard *guard_of_log(const struct graph_image *image);

/* The log guards of one build. */
struct guard_log;
/* NULL when the image has none. */
struct guard_log *guard_log_new(const struct graph_image *image) NODISCARD;
/* NULL is fine. */
void guard_log_free(struct guard_log *g);
/* One line of the build's output; number is that in the log. */
void guard_log_line(struct guard_log *g, struct str line, size_t number);
/* In place of what follows it, the builder printed this: nobody knows what was there. */
void guard_log_clipped(struct guard_log *g, struct str line, size_t number);
/* 0, or as an error the first line that must not be there, or else that the log is not whole. NULL is
 * fine. */
int guard_log_end(const struct guard_log *g, const char *graph_file, struct err *err) NODISCARD;

#endif
