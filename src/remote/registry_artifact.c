/* SPDX-License-Identifier: Apache-2.0 */
/* registry_artifact.c: reads what an artifact carries. */
#include "model/manifest.h"
#include "remote/registry_priv.h"

struct reading {
	const char *type;
	size_t max;
};

static void
on_payload(void *ctx, struct registry_answer *answer)
{
	struct op *op = ctx;

	if (answer->state == REGISTRY_UNKNOWN) {
		op_fail(op, &answer->err);
		return;
	}
	if (answer->state == REGISTRY_ABSENT) {
		op_failf(op, ERR_REMOTE, "the registry has not what '%s' consists of",
			 op->ref.name);
		return;
	}
	op->answer.size = answer->size;
	op->answer.body = answer->body;
	answer->body = (struct buf)BUF_INIT;
	op_end(op, REGISTRY_PRESENT);
}

static void
on_manifest(void *ctx, struct registry_answer *answer)
{
	struct op *op = ctx;
	const struct reading *r = op->own;
	struct manifest *AUTO_MANIFEST m = NULL;
	struct err err = ERR_INIT;

	if (answer->state == REGISTRY_UNKNOWN) {
		op_fail(op, &answer->err);
		return;
	}
	if (answer->state == REGISTRY_ABSENT) {
		op_end(op, REGISTRY_ABSENT);
		return;
	}
	if (manifest_parse(buf_str(&answer->body), answer->media_type, op->ref.name, &m, &err)) {
		op_fail(op, &err);
		return;
	}
	if (m->is_index || !m->artifact_type || strcmp(m->artifact_type, r->type) != 0 ||
	    m->nitems != 1) {
		op_failf(op, ERR_REMOTE, "'%s' is something else than '%s'", op->ref.name, r->type);
		return;
	}
	registry_set(&op->answer.digest, answer->digest);
	op->answer.annotations = json_deep_copy(json_object_get(m->json, "annotations"));
	registry_blob(op->reg, &op->ref, m->items[0].digest, r->max, on_payload, op);
}

static void
begin_reading(struct op *op)
{
	op->wait = OP_FOR_OTHERS;
	registry_get_origin(op->reg, &op->ref, on_manifest, op);
}

void
registry_artifact_get(struct registry *reg, const struct ref *ref, const char *artifact_type,
		      size_t max, registry_fn fn, void *ctx)
{
	struct op *op = op_new(reg, ref, OP_ORIGIN, fn, ctx);
	struct reading *r = ARENA_NEW(op->arena, struct reading);

	*r = (struct reading){ arena_strdup(op->arena, artifact_type), max };
	op->own = r;
	op_start(op, begin_reading);
}
