/* SPDX-License-Identifier: Apache-2.0 */
/* session_plan.c: plans of what a session has opened. */
#include "base/clock.h"
#include "base/out.h"
#include "cli/session.h"

#define CI_SAMPLE 1 /* percent */

int
session_image(struct session *s, const char *name, const struct graph_image **ret, struct err *err)
{
	const struct graph *g = s->project->graph;
	const struct graph_image *image = graph_find(g, name);
	const char **names;
	const char *near;

	if (image) {
		*ret = image;
		return 0;
	}
	names = xcalloc(g->nimages + 1, sizeof(*names));
	for (size_t i = 0; i < g->nimages; i++)
		names[i] = g->images[i].name;
	near = str_nearest(name, names, g->nimages);
	err_set(err, ERR_USAGE, "no image '%s' in '%s'", name, s->project->graph_path);
	if (near)
		err_hint(err, "did you mean '%s'?", near);
	free(names);
	return -ERR_USAGE;
}

/* A server may have left its socket in the context; no image can hold it. */
static void
tell_skipped(const struct plan *p)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct plan_node *node = &p->nodes[i];
		const struct inputs *in = node->made.inputs;

		for (size_t k = 0; in && k < in->skipped.n; k++) {
			AUTO_BUF struct buf name = BUF_INIT;

			out_safe(&name, str_c(in->skipped.v[k]));
			out_err("lockstep: skipping '%s' of '%s': it is a socket\n", name.data,
				node->image->name);
		}
	}
}

int
session_plan(struct session *s, const struct plan_opts *opts, struct plan **ret, struct err *err)
{
	int r = plan_make(opts, ret, &s->errs, err);

	if (!r)
		tell_skipped(*ret);
	return r;
}

/* In CI, where a stale image does most harm, the cache is put to the proof now and then. */
static struct collect_trust
trust(const struct session *s)
{
	return (struct collect_trust){ .none = s->o.no_stat_cache,
				       .sample = getenv("CI") ? CI_SAMPLE : 0,
				       .salt = clock_wall_ms() };
}

struct plan_opts
session_plan_opts(struct session *s, char **images, int n)
{
	return (struct plan_opts){ .project = s->project,
				   .store = s->store,
				   .builder = s->builder,
				   .identities = s->identities,
				   .pool = s->pool,
				   .trust = trust(s),
				   .images = (const char *const *)images,
				   .nimages = (size_t)n,
				   .now_ms = clock_wall_ms() };
}

int
session_plan_image(struct session *s, char *name, const struct graph_image **ret_image,
		   struct plan **ret, struct err *err)
{
	struct plan_opts opts;
	int r = session_engine(s, err);

	if (!r)
		r = session_image(s, name, ret_image, err);
	if (r)
		return r;
	opts = session_plan_opts(s, &name, 1);
	opts.hash_waiting = true;
	return session_plan(s, &opts, ret, err);
}
