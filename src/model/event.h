/* SPDX-License-Identifier: Apache-2.0 */
/* event.h: what is told to others when images of a group have new digests (docs/events.md). */
#ifndef LOCKSTEP_MODEL_EVENT_H
#define LOCKSTEP_MODEL_EVENT_H

#include "base/arena.h"
#include "base/enum.h"
#include "base/json.h"
#include "base/sha256.h"

#include <stdint.h>

/*
 * Absolute state, no delta: "the images of this group are now at these digests", with those named
 * that moved since the event before. The canonical JSON (sorted keys, no blanks) is made once by
 * event_text(), stored, and sent and signed as these bytes.
 *
 * An event that is read comes from outside: event_parse() takes only names, tags and digests that
 * follow the grammar of image references, one-line texts without control characters, and lists
 * that agree with each other. docs/lockstep-event.schema.json says the same as a JSON Schema.
 */
#define EVENT_MAX_KEYS 10   /* that GitHub takes at the top level of a client_payload */
#define EVENT_BUDGET 60000  /* bytes of an event; GitHub takes 65,535 with what is around it */
#define EVENT_MAX_COMPAT 2  /* so many flat fields still fit among EVENT_MAX_KEYS */
#define EVENT_ID_SIZE 27    /* a ULID and NUL */
#define EVENT_ID_RANDOM 10  /* bytes of chance in a ULID */
#define EVENT_MAX_GROUP 64  /* bytes of a group's name */
#define EVENT_MAX_CAUSE 240 /* bytes; longer ones are cut when written */
#define EVENT_MAX_SEQ ((int64_t)1 << 53) /* exclusive: what every JSON reader keeps exact */

/* What a field of `compat` may name as {commit}: a value of the event that carries it. */
#define EVENT_PLACEHOLDER_LIST(X)                                                                  \
	X(EVENT_PLACEHOLDER_COMMIT, "commit")                                                      \
	X(EVENT_PLACEHOLDER_REPO, "repo")                                                          \
	X(EVENT_PLACEHOLDER_RUN_URL, "run_url")                                                    \
	X(EVENT_PLACEHOLDER_GROUP, "group")                                                        \
	X(EVENT_PLACEHOLDER_ID, "id")                                                              \
	X(EVENT_PLACEHOLDER_SEQ, "seq")                                                            \
	X(EVENT_PLACEHOLDER_TIME, "time")
ENUM_DECLARE(event_placeholder, EVENT_PLACEHOLDER_LIST);

/* All texts of an event are in its arena, or borrowed while it is being made. */
struct event_image {
	const char *image;      /* repository with its registry: "ghcr.io/derio-net/vk-local" */
	const char *tag;        /* NULL = it has none */
	const char *digest;     /* of the manifest, "sha256:…" */
	const char *was_tag;    /* changed images only; NULL = not known */
	const char *was_digest; /* the same; NULL = new, or not known */
	const char *cause;      /* changed images only: one line of why; NULL = not known */
};

struct event_field {
	const char *name;
	const char *value;
};

struct event {
	struct arena *arena; /* of an event that was parsed; else NULL */
	const char *id;      /* ULID: the same in every delivery of the event */
	int64_t seq;         /* rises within the group: receivers drop what is not above the last */
	const char *group;
	const char *time;      /* RFC 3339, UTC: "2026-08-15T19:26:54Z" */
	const char *repo;      /* "owner/name" of the source, or NULL */
	const char *commit;    /* 40 or 64 hex digits, or NULL */
	const char *run_url;   /* http(s), or NULL */
	const char **degraded; /* soft images that failed and stay at an older digest */
	size_t ndegraded;
	struct event_image *changed; /* never empty */
	size_t nchanged;
	struct event_image *images; /* all of the group; empty when they did not fit */
	size_t nimages;
	struct event_field *compat; /* flat fields for receivers that were there before */
	size_t ncompat;
};

/* Reads an event; file names it in messages. Every mistake goes to errs, named by its place in the
 * document ("changed[2].digest: …"); NULL when there is any. Unknown keys are left alone. */
struct event *event_parse(struct str text, const char *file, struct err_list *errs) NODISCARD;
/* The same from JSON that was read before, such as the client_payload of a repository_dispatch. */
struct event *event_from_json(const json_t *json, const char *file, struct err_list *errs)
	NODISCARD;
/* NULL is fine. */
void event_free(struct event *e);

/* The canonical JSON. What does not fit EVENT_BUDGET is left out: first `was`, then `images`; then
 * it is ERR_INPUT, since `changed` is never cut. Caller frees *ret. */
int event_text(const struct event *e, char **ret, struct err *err) NODISCARD;
/* The object that goes to GitHub as client_payload: the event with its compat fields at the top
 * level instead of below "compat". */
json_t *event_payload(const json_t *event) NODISCARD;

/* The text of a flat field with its {placeholders} replaced by the event's values. ERR_INPUT when a
 * value is not known, or the result is no text on one line. Caller frees *ret. */
int event_expand(const struct event *e, const char *text, char **ret, struct err *err) NODISCARD;

/* What the state says, as one hash: the group and each image with its digest, in the order of their
 * names; tags, times and causes do not count. */
struct sha256 event_content_key(const char *group, const struct event_image *images, size_t n);

/* The images of `now` whose digest differs from the one in `before` (or that are not in it), with
 * was_tag and was_digest set, in the order of `now`; ret has room for all of them. Returns how
 * many. */
size_t event_changes(const struct event_image *before, size_t nbefore,
		     const struct event_image *now, size_t nnow, struct event_image *ret);

/* A ULID from a time and EVENT_ID_RANDOM bytes of chance. */
void event_id(int64_t wall_ms, const unsigned char *chance, char out[EVENT_ID_SIZE]);
bool event_valid_id(struct str id);
/* Letters, digits, single '.', '_' or '-' in between: also fit for a branch's name. */
bool event_valid_group(struct str group);
/* A name that a flat field may have: a letter or '_', then letters, digits, '_' or '-', and none of
 * the event's own keys. */
bool event_valid_field(struct str name);

static inline void
event_freep(struct event **e)
{
	event_free(*e);
}

#define AUTO_EVENT CLEANUP(event_freep)

#endif
