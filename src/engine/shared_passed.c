/* SPDX-License-Identifier: Apache-2.0 */
/* shared_passed.c: what an image passed after its record was attached: noted beside it, and read. */
#include "engine/shared_priv.h"

#include <stdio.h>

#define PASSED_ARTIFACT_TYPE "application/vnd.lockstep.passed.v1+json"

struct asking {
	struct arena *arena;
	const struct graph_image *image;
	struct ref ref;
	struct shared_image found;
	shared_fn fn;
	void *ctx;
};

static struct asking *
ask_about(struct shared *s, const struct graph_image *image, const char *digest, shared_fn fn,
	  void *ctx)
{
	struct asking *q = xcalloc(1, sizeof(*q));
	const char *text;

	*q = (struct asking){ .arena = arena_new(), .image = image, .fn = fn, .ctx = ctx };
	buf_init(&q->found.passed, 0);
	(void)snprintf(q->found.digest, DIGEST_SIZE, "%s", digest);
	text = shared_ref(s, q->arena, image, NULL, digest);
	/* Registry and name were checked when the graph was read. */
	BUG_ON(ref_parse(q->arena, str_c(text), &q->ref, NULL));
	return q;
}

static void
answer(struct asking *q, struct registry_answer *a, const char *what)
{
	q->found.state = a->state;
	if (a->state == REGISTRY_UNKNOWN) {
		err_move(&q->found.err, &a->err);
		(void)err_prefix(&q->found.err, "%s '%s'", what, q->image->name);
	}
	q->fn(q->ctx, &q->found);
	err_clear(&q->found.err);
	buf_fini(&q->found.passed);
	arena_free(q->arena);
	free(q);
}

void
shared_take_passed(const struct registry_answer *a, struct shared_image *found)
{
	struct str piece;

	for (size_t i = 0; i < a->nreferrers; i++) {
		const json_t *notes = a->referrers[i].annotations;
		unsigned long long took = shared_note_ms(&a->referrers[i], NOTE_TOOK);
		struct str list = str_c(notes ? json_get_text(notes, NOTE_PASSED) : NULL);

		if (took && took < INT32_MAX)
			found->took_ms = (int64_t)took;
		while (str_next(&list, ' ', &piece)) {
			buf_add_str(&found->passed, piece);
			buf_addc(&found->passed, '\n');
		}
	}
}

static void
on_passed(void *ctx, struct registry_answer *a)
{
	struct asking *q = ctx;

	shared_take_passed(a, &q->found);
	answer(q, a, "reading the checks of");
}

void
shared_passed(struct shared *s, const struct graph_image *image, const char *digest, shared_fn fn,
	      void *ctx)
{
	struct asking *q = ask_about(s, image, digest, fn, ctx);

	registry_referrers(s->reg, &q->ref, NULL, on_passed, q);
}

static void
on_noted(void *ctx, struct registry_answer *a)
{
	struct asking *q = ctx;

	if (a->state == REGISTRY_ABSENT) {
		a->state = REGISTRY_UNKNOWN;
		err_set(&a->err, ERR_REMOTE, "the registry has not what was pushed");
	}
	answer(q, a, "noting what was passed by");
}

void
shared_note_passed(struct shared *s, const struct graph_image *image, const char *digest,
		   const struct shared_note *note, shared_fn fn, void *ctx)
{
	struct asking *q = ask_about(s, image, digest, fn, ctx);
	AUTO_JSON json_t *notes = json_object();
	struct registry_artifact artifact = { .artifact_type = PASSED_ARTIFACT_TYPE,
					      .media_type = PASSED_ARTIFACT_TYPE,
					      .payload = str_c(note->text),
					      .annotations = notes };

	json_set_text(notes, NOTE_PASSED, note->passed);
	registry_attach(s->reg, &q->ref, &artifact, on_noted, q);
}
