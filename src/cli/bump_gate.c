/* SPDX-License-Identifier: Apache-2.0 */
/* bump_gate.c: what the registries say of what is to be pinned. */
#include "base/out.h"
#include "cli/bump.h"
#include "engine/pins_gate.h"

#include <unistd.h>

ENUM_DEFINE(bump_gate, BUMP_GATE_LIST);

static char *
describe(const struct presence *item)
{
	const char *tag = item->tag ? item->tag : "", *digest = item->digest ? item->digest : "";
	AUTO_FREE char *ref = xasprintf("%s%s%s%s%s", item->name, item->tag ? ":" : "", tag,
					item->digest ? "@" : "", digest);

	switch (item->state) {
	case PRESENCE_ABSENT:
		return xasprintf("'%s' is not in its registry", ref);
	case PRESENCE_OTHER:
		return xasprintf("'%s' is there with another digest, %s", ref, item->found);
	case PRESENCE_UNKNOWN:
		return xasprintf("it cannot be told whether '%s' is there: %s", ref, item->why);
	case PRESENCE_PRESENT:
		break;
	}
	return xasprintf("'%s' is there", ref);
}

static int
refuse(const struct presence *item, struct err *err)
{
	AUTO_FREE char *text = describe(item);

	if (item->state != PRESENCE_UNKNOWN)
		return err_set(err, ERR_REFUSED, "%s: nothing was written", text);
	(void)err_set(err, item->class == ERR_TEMPORARY ? ERR_TEMPORARY : ERR_REMOTE,
		      "%s: nothing was written", text);
	err_hint(err, "with '--gate-auth docker-config' it is asked as somebody who is logged in");
	return err ? -(int)err->class : -ERR_REMOTE;
}

/* The image stays where it is. */
static void
keep(struct bump *b, const struct presence *item)
{
	for (size_t i = 0; i < b->want.images.n; i++)
		if (!strcmp(b->want.images.v[i].name, item->name))
			b->want.images.v[i].tag = b->want.images.v[i].digest = NULL;
	vec_push(&b->skipped, item->name);
}

static int
judge(const struct bump_flags *f, struct bump *b, enum bump_gate gate, const struct presence *item,
      struct err *err)
{
	AUTO_FREE char *text = describe(item);

	if (item->state == PRESENCE_PRESENT)
		return 0;
	if (gate == BUMP_GATE_WARN) {
		out_err("lockstep: %s; pinning it all the same\n", text);
		return 0;
	}
	if (item->state == PRESENCE_ABSENT && f->skip_missing) {
		out_err("lockstep: %s; skipping it\n", text);
		keep(b, item);
		return 0;
	}
	return refuse(item, err);
}

int
bump_prove(const struct bump_flags *f, struct bump *b, struct err *err)
{
	struct presence_opts o = { .env = (const char *const *)environ };
	enum bump_gate gate = BUMP_GATE_CLOSED;
	struct presence *items = NULL;
	size_t n = 0;
	int r = 0;

	if (f->gate && !bump_gate_parse(str_c(f->gate), &gate))
		return err_set(err, ERR_USAGE, "--gate: '%s' is none of closed, warn, off",
			       f->gate);
	if (f->gate_auth && !presence_auth_parse(str_c(f->gate_auth), &o.auth))
		return err_set(err, ERR_USAGE,
			       "--gate-auth: '%s' is none of anonymous, docker-config, env",
			       f->gate_auth);
	if (gate == BUMP_GATE_OFF || b->pins->nuncovered)
		return 0;
	r = pins_gate(b->pins, &o, &items, &n, err);
	for (size_t i = 0; !r && i < n; i++)
		r = judge(f, b, gate, &items[i], err);
	/* What is skipped makes another edit. */
	return r || !b->skipped.n ? r : pins_plan(b->pins, &b->opts, err);
}
