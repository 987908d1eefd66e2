/* SPDX-License-Identifier: Apache-2.0 */
/* shared_event.c: the last event of a group as an artifact, and who was told of it. */
#include "engine/shared_event.h"

#include "base/file.h"
#include "engine/shared_priv.h"

#include <stdio.h>

#define EVENT_ARTIFACT_TYPE "application/vnd.lockstep.event.v1+json"
#define TOLD_ARTIFACT_TYPE "application/vnd.lockstep.told.v1+json"
#define EVENT_TAG "lockstep-event-"
/* Of an event that had no room for it: the state, a line an image: name, digest, tag. */
#define NOTE_STATE "dev.lockstep.state"
/* Of what is attached to an event: digests of the names of targets, a blank between them. */
#define NOTE_TOLD "dev.lockstep.told"

static const char *
tag_of(const struct shared *s, struct arena *a)
{
	return arena_printf(a, EVENT_TAG "%s", s->graph->group);
}

static void
set_ref(struct shared *s, struct arena *a, const struct graph_image *image, const char *digest,
	struct ref *ret)
{
	const char *text = shared_ref(s, a, image, digest ? NULL : tag_of(s, a), digest);

	/* Registry, name and group were checked when the graph was read. */
	BUG_ON(ref_parse(a, str_c(text), ret, NULL));
}

const char *
shared_event_place(const struct shared *s, struct arena *a)
{
	return shared_ref(s, a, shared_holder(s->graph), tag_of(s, a), NULL);
}

/* Waits; what is unknown is an error. 1 present, 0 absent. */
static int
wait_for(struct shared *s, struct registry_answer *a, const char *what, struct err *err)
{
	int r = registry_wait(s->reg, err);

	if (r || a->state != REGISTRY_UNKNOWN)
		return r ? r : a->state == REGISTRY_PRESENT;
	(void)err_move(err, &a->err);
	if (err && err->class != ERR_REMOTE)
		err->class = ERR_TEMPORARY;
	return err_prefix(err, "%s of group '%s'", what, s->graph->group);
}

/* --- the state of an event that had no room for it */

static void
add_state(json_t *notes, const struct event_image *images, size_t n)
{
	AUTO_BUF struct buf b = BUF_INIT;

	buf_init(&b, 0);
	for (size_t i = 0; i < n; i++)
		buf_addf(&b, "%s %s%s%s\n", images[i].image, images[i].digest,
			 images[i].tag ? " " : "", images[i].tag ? images[i].tag : "");
	json_set_text(notes, NOTE_STATE, b.data);
}

/* A line that is none of ours is left out: its image then counts as new. */
static bool
read_image(struct arena *arena, struct str line, struct event_image *ret)
{
	struct str name = STR_NULL, digest = STR_NULL, tag = STR_NULL;
	struct ref ref;
	const char *text;

	(void)(str_next(&line, ' ', &name) && str_next(&line, ' ', &digest) &&
	       str_next(&line, ' ', &tag)); /* a tag need not be there */
	text = arena_printf(arena, "%.*s%s%.*s@%.*s", STR_FMT(name), tag.n ? ":" : "", STR_FMT(tag),
			    STR_FMT(digest));
	if (ref_parse(arena, str_c(text), &ref, NULL) || !ref.digest)
		return false;
	*ret = (struct event_image){ .image = arena_str(arena, name),
				     .digest = ref.digest,
				     .tag = ref.tag };
	return true;
}

static void
read_state(const json_t *notes, struct shared_event *e)
{
	const char *text = notes ? json_get_text(notes, NOTE_STATE) : NULL;
	struct str rest = str_c(text), line;
	size_t n = 0;

	while (str_next_line(&rest, &line))
		n++;
	e->images = arena_calloc(e->event->arena, n + 1, sizeof(*e->images));
	rest = str_c(text);
	while (str_next_line(&rest, &line))
		e->nimages += read_image(e->event->arena, line, &e->images[e->nimages]);
}

/* --- reading */

static int
take(struct shared *s, const struct graph_image *image, struct registry_answer *a,
     struct shared_event *ret, struct err *err)
{
	struct err_list AUTO_ERR_LIST errs = ERR_LIST_INIT;
	struct event *e = event_parse(buf_str(&a->body), "the registry's event", &errs);

	if (!e) {
		err_set(err, ERR_REMOTE, "%s", errs.items[0].msg);
		return err_prefix(err, "the event of group '%s' in '%s'", s->graph->group,
				  image->name);
	}
	if (strcmp(e->group, s->graph->group) != 0) {
		err_set(err, ERR_REMOTE, "the event of group '%s' in '%s' is one of '%s'",
			s->graph->group, image->name, e->group);
		event_free(e);
		return -ERR_REMOTE;
	}
	*ret = (struct shared_event){ .event = e,
				      .images = e->images,
				      .nimages = e->nimages,
				      .holder = image,
				      .body = a->body };
	a->body = (struct buf)BUF_INIT;
	(void)snprintf(ret->digest, sizeof(ret->digest), "%s", a->digest);
	if (!e->nimages)
		read_state(a->annotations, ret);
	return 0;
}

/* 1 found, 0 not. */
static int
read_at(struct shared *s, const struct graph_image *image, struct shared_event *ret,
	struct err *err)
{
	struct arena *AUTO_ARENA arena = arena_new();
	struct registry_answer a = { 0 };
	struct ref ref;
	int r;

	set_ref(s, arena, image, NULL, &ref);
	registry_artifact_get(s->reg, &ref, EVENT_ARTIFACT_TYPE, MAX_EVENT_FILE, registry_keep, &a);
	r = wait_for(s, &a, "reading the last event", err);
	if (r > 0)
		r = take(s, image, &a, ret, err) ? -(int)ERR_REMOTE : 1;
	registry_answer_fini(&a);
	return r;
}

int
shared_event_last(struct shared *s, struct shared_event *ret, struct err *err)
{
	const struct graph *g = s->graph;
	const struct graph_image *holder = shared_holder(g);
	int r;

	*ret = (struct shared_event){ .body = BUF_INIT };
	r = read_at(s, holder, ret, err);
	for (size_t i = 0; !r && i < g->nimages; i++) {
		struct shared_event other = { .body = BUF_INIT };

		if (&g->images[i] == holder)
			continue;
		r = read_at(s, &g->images[i], &other, err);
		if (r > 0 && (!ret->event || ret->event->seq < other.event->seq)) {
			shared_event_fini(ret);
			*ret = other;
		} else {
			shared_event_fini(&other);
		}
		r = r < 0 ? r : 0;
	}
	return r < 0 ? r : 0;
}

/* --- writing */

int
shared_event_upload(struct shared *s, const char *body, const struct event_image *images, size_t n,
		    char ret_digest[DIGEST_SIZE], struct err *err)
{
	struct arena *AUTO_ARENA arena = arena_new();
	AUTO_JSON json_t *notes = json_object(), *event = NULL;
	struct registry_artifact artifact = { .artifact_type = EVENT_ARTIFACT_TYPE,
					      .media_type = EVENT_ARTIFACT_TYPE,
					      .payload = str_c(body) };
	struct registry_answer a = { 0 };
	struct ref ref;
	int r = json_parse(artifact.payload, "the event", &event, err);

	if (r)
		return r;
	if (!json_object_get(event, "images")) {
		add_state(notes, images, n);
		artifact.annotations = notes;
	}
	set_ref(s, arena, shared_holder(s->graph), NULL, &ref);
	ref.tag = NULL;
	registry_artifact_put(s->reg, &ref, &artifact, registry_keep, &a);
	r = wait_for(s, &a, "storing the event", err);
	if (r > 0)
		(void)snprintf(ret_digest, DIGEST_SIZE, "%s", a.digest);
	registry_answer_fini(&a);
	return r < 0 ? r : 0;
}

int
shared_event_put(struct shared *s, const char *digest, struct err *err)
{
	struct arena *AUTO_ARENA arena = arena_new();
	const char *tag = tag_of(s, arena);
	struct registry_answer a = { 0 };
	struct ref ref;
	int r;

	set_ref(s, arena, shared_holder(s->graph), digest, &ref);
	registry_tag(s->reg, &ref, &tag, 1, registry_keep, &a);
	r = wait_for(s, &a, "putting the event in its place", err);
	registry_answer_fini(&a);
	if (!r)
		return err_set(err, ERR_TEMPORARY, "the event was stored, and is not there");
	return r < 0 ? r : 0;
}

/* --- who was told */

static void
name_digest(const struct target *t, char ret[DIGEST_SIZE])
{
	sha256_digest(sha256_of(t->name, strlen(t->name)), ret);
}

static void
mark(const struct target *targets, size_t ntargets, struct str digest, bool *ret)
{
	char name[DIGEST_SIZE];

	for (size_t i = 0; i < ntargets; i++) {
		name_digest(&targets[i], name);
		if (str_eq(digest, str_c(name)))
			ret[i] = true;
	}
}

int
shared_event_told(struct shared *s, const struct shared_event *e, const struct target *targets,
		  size_t ntargets, bool *ret, struct err *err)
{
	struct arena *AUTO_ARENA arena = arena_new();
	struct registry_answer a = { 0 };
	struct ref ref;
	int r;

	set_ref(s, arena, e->holder, e->digest, &ref);
	registry_referrers(s->reg, &ref, TOLD_ARTIFACT_TYPE, registry_keep, &a);
	r = wait_for(s, &a, "reading who was told of the event", err);
	for (size_t i = 0; r > 0 && i < a.nreferrers; i++) {
		const json_t *notes = a.referrers[i].annotations;
		struct str list = str_c(notes ? json_get_text(notes, NOTE_TOLD) : NULL), digest;

		while (str_next(&list, ' ', &digest))
			mark(targets, ntargets, digest, ret);
	}
	registry_answer_fini(&a);
	return r < 0 ? r : 0;
}

int
shared_event_note_told(struct shared *s, const struct shared_event *e, const struct target *targets,
		       size_t ntargets, const bool *told, struct err *err)
{
	struct arena *AUTO_ARENA arena = arena_new();
	AUTO_JSON json_t *notes = json_object();
	AUTO_BUF struct buf list = BUF_INIT;
	struct registry_artifact artifact = { .artifact_type = TOLD_ARTIFACT_TYPE,
					      .media_type = TOLD_ARTIFACT_TYPE,
					      .payload = STR_LIT("{}"),
					      .annotations = notes };
	struct registry_answer a = { 0 };
	char name[DIGEST_SIZE];
	struct ref ref;
	int r;

	buf_init(&list, 0);
	for (size_t i = 0; i < ntargets; i++) {
		if (!told[i])
			continue;
		name_digest(&targets[i], name);
		buf_addf(&list, "%s%s", list.len ? " " : "", name);
	}
	json_set_text(notes, NOTE_TOLD, list.data);
	set_ref(s, arena, e->holder, e->digest, &ref);
	registry_attach(s->reg, &ref, &artifact, registry_keep, &a);
	r = wait_for(s, &a, "noting who was told of the event", err);
	registry_answer_fini(&a);
	return r < 0 ? r : 0;
}

void
shared_event_fini(struct shared_event *e)
{
	event_free(e->event);
	buf_fini(&e->body);
	*e = (struct shared_event){ .body = BUF_INIT };
}
