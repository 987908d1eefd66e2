/* SPDX-License-Identifier: Apache-2.0 */
/* pullrequest_text.h: what a pull request says, and how we know our own. */
#ifndef LOCKSTEP_ENGINE_PULLREQUEST_TEXT_H
#define LOCKSTEP_ENGINE_PULLREQUEST_TEXT_H

#include "engine/pullrequest.h"

#define PULLREQUEST_TITLE_MAX 255
#define PULLREQUEST_BODY_MAX 60000 /* GitHub takes 65,536 */
#define PULLREQUEST_TRAILER "Lockstep-Event"
#define PULLREQUEST_TRAILER_SEQ "Lockstep-Seq"

/* Texts of planned pins; the caller frees them. */

/* "chore(GROUP): bump N images to VERSION". */
char *pullrequest_title(const struct pins *p, const char *group) NODISCARD;
/* The title, a line for each image that moved, and the trailers by which we know our commits. */
char *pullrequest_message(const struct pins *p, const char *group, const struct event *e) NODISCARD;
/* upstream: Markdown that is added if there is room, or NULL. */
char *pullrequest_body(const struct pins *p, const struct pullrequest_opts *o,
		       const struct pullrequest_proof *proof, const char *upstream) NODISCARD;
/* The seq in the hidden marker of a body; 0 = none, or it is of another group. */
int64_t pullrequest_marked_seq(const char *body, const char *group);

#endif
