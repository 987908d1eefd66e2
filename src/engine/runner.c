/* SPDX-License-Identifier: Apache-2.0 */
/* runner.c: hands each question to who runs the builder's images. */
#include "engine/builder_priv.h"
#include "engine/runner_priv.h"

struct runner *
runner_new(const struct runner_opts *opts)
{
	return opts->builder->ops->runner->new(opts);
}

void
runner_free(struct runner *r)
{
	if (r)
		r->ops->free(r);
}

int
runner_run(struct runner *r, const struct runner_container *c, runner_fn fn, void *ctx,
	   struct err *err)
{
	return r->ops->run(r, c, fn, ctx, err);
}

int
runner_exec(struct runner *r, const struct runner_command *c, runner_fn fn, void *ctx,
	    struct err *err)
{
	return r->ops->exec(r, c, fn, ctx, err);
}

int
runner_look(struct runner *r, const char *const *names, runner_fn fn, void *ctx, struct err *err)
{
	return r->ops->look(r, names, fn, ctx, err);
}

int
runner_logs(struct runner *r, const char *name, runner_fn fn, void *ctx, struct err *err)
{
	return r->ops->logs(r, name, fn, ctx, err);
}

int
runner_remove(struct runner *r, const char *name, runner_fn fn, void *ctx, struct err *err)
{
	return r->ops->remove(r, name, fn, ctx, err);
}

void
runner_cancel(struct runner *r)
{
	r->ops->cancel(r);
}

char *
runner_state_wrong(const struct runner_state *s, const char *name)
{
	if (s->running)
		return NULL;
	return xasprintf("the container '%s' ended with exit status %d%s", name, s->exit_status,
			 s->out_of_memory ? ", out of memory" : "");
}

struct str
runner_complaint(struct str output)
{
	struct str line, last = STR_LIT("no output");

	while (str_next_line(&output, &line)) {
		line = str_trim(line, " \t\r");
		if (str_starts(line, STR_LIT("Error: ")))
			return str_sub(line, strlen("Error: "), line.n);
		if (line.n)
			last = line;
	}
	return last;
}

const char *
runner_label(const struct builder *b, struct arena *a)
{
	return arena_printf(a, RUNNER_LABEL "=%s", builder_mark(b, a));
}

int
runner_tidy(struct builder *b, struct err *err)
{
	int r;

	if (!builder_has_containers(b))
		return 0;
	r = b->ops->runner->tidy(b, err);
	return r ? err_prefix(err, "cannot remove containers that an earlier lockstep left") : 0;
}

void
runner_rest(struct builder *b)
{
	if (b->ops->runner->rest)
		b->ops->runner->rest(b);
}

int
runner_probe(struct builder *b, unsigned needs, struct err *err)
{
	const struct runner_ops *ops = b->ops->runner;

	if (ops->pods || !(needs & RUNNER_PODS))
		return ops->probe(b, needs, err);
	err_set(err, ERR_TOOL,
		"pods are played by podman: they need the builder 'buildah' or 'podman'");
	err_hint(err, "write `builder: buildah`");
	return -ERR_TOOL;
}

char *
runner_who(struct builder *b)
{
	return b->ops->runner->who(b);
}
