/* SPDX-License-Identifier: Apache-2.0 */
/* recipe_reads.c: which files, images and addresses the reached stages read. */
#include "model/recipe_priv.h"

#include "base/path.h"
#include "model/ref.h"

/* One instruction at work. */
struct reader {
	struct recipe_eval *e;
	size_t stage;
	const struct df_ins *ins;
	const struct recipe_texts *texts;
};

static size_t
number(const struct recipe_eval *e, size_t stage)
{
	return e->r->work[stage].number;
}

void
recipe_widen(struct recipe_eval *e, size_t stage, const char *reason, int line)
{
	struct recipe_widen w = { .reason = reason, .line = line };
	struct recipe_read read = {
		.kind = RECIPE_READ_WIDEN,
		.pattern = ".",
		.written = ".",
		.may_be_missing = true,
		.line = line,
		.stage = number(e, stage),
	};

	for (size_t i = 0; i < e->widens.n; i++)
		if (e->widens.v[i].line == line && !strcmp(e->widens.v[i].reason, reason))
			return;
	vec_push(&e->widens, w);
	vec_push(&e->reads, read);
}

static size_t
add_image(struct recipe_eval *e, const struct recipe_from *from, size_t stage, int line,
	  bool onbuild)
{
	struct recipe_image image = {
		.use = from->use,
		.ref = from->name,
		.platform = from->use == RECIPE_USE_FROM ? e->r->work[stage].platform : NULL,
		.line = line,
		.stage = number(e, stage),
		.onbuild = onbuild,
	};

	for (size_t i = 0; i < e->images.n; i++) {
		struct recipe_image *known = &e->images.v[i];

		if (known->use == image.use && known->stage == image.stage &&
		    !strcmp(known->ref, image.ref)) {
			known->onbuild = known->onbuild || onbuild;
			return i;
		}
	}
	vec_push(&e->images, image);
	return e->images.n - 1;
}

static void
add_froms(const struct reader *x)
{
	struct recipe *pub = &x->e->r->pub;
	struct recipe_from *froms;
	struct recipe_link link;
	size_t n;
	int line = recipe_line(x->e->r, x->stage, x->ins);
	bool trigger = recipe_is_trigger(x->e->r, x->stage, x->ins);

	/* What fails here was told when the stages were looked for. */
	if (recipe_froms(x->e->r, x->ins, &froms, &n, NULL) < 0)
		return;
	for (size_t i = 0; i < n; i++) {
		if (recipe_link(x->e->r, x->stage, froms[i].use, froms[i].name, &link, NULL) < 0)
			continue;
		if (trigger && link.kind != RECIPE_LINK_SCRATCH && !pub->trigger_from_line)
			pub->trigger_from_line = line;
		if (link.kind == RECIPE_LINK_IMAGE)
			(void)add_image(x->e, &froms[i], x->stage, line,
					trigger); /* the index is found again by name */
	}
}

static void
add_secret(struct recipe_eval *e, const char *id)
{
	for (size_t i = 0; i < e->secrets.n; i++)
		if (!strcmp(e->secrets.v[i], id))
			return;
	vec_push(&e->secrets, id);
}

static const char *
secret_id(const struct recipe_mount_spec *spec)
{
	if (spec->type == RECIPE_MOUNT_SSH)
		return *spec->id ? spec->id : "default";
	if (*spec->source)
		return spec->source;
	return *spec->id ? spec->id : path_base(spec->target);
}

static int
read_bind(const struct reader *x, const struct recipe_mount_spec *spec, const char *written,
	  struct err *err)
{
	struct recipe_read read = {
		.kind = RECIPE_READ_MOUNT,
		.written = *spec->source ? spec->source : written,
		.onbuild = recipe_is_trigger(x->e->r, x->stage, x->ins),
		.line = recipe_line(x->e->r, x->stage, x->ins),
		.stage = number(x->e, x->stage),
	};
	const char *path;
	int status = recipe_context_path(x->e->r, spec->source, &path, err);

	read.pattern = path;
	if (status == 0)
		vec_push(&x->e->reads, read);
	return status;
}

static int
read_mount(const struct reader *x, const char *value, struct err *err)
{
	struct recipe *pub = &x->e->r->pub;
	int line = recipe_line(x->e->r, x->stage, x->ins);
	struct recipe_mount_spec spec;
	int status =
		recipe_mount_parse(x->e->r, &x->e->scopes->stages[x->stage], value, &spec, err);

	if (status < 0)
		return status;
	/* Even its type may be hidden: it can be one that reads the context. */
	if (!spec.known) {
		recipe_widen(x->e, x->stage, "env-unknown", line);
		spec.type = RECIPE_MOUNT_BIND;
	}
	if ((spec.type == RECIPE_MOUNT_BIND || spec.from) && !pub->bind_mount_line)
		pub->bind_mount_line = line;
	if (spec.type == RECIPE_MOUNT_CACHE && !pub->cache_mount_line)
		pub->cache_mount_line = line;
	if (!spec.known)
		return 0;
	if (spec.type == RECIPE_MOUNT_SECRET || spec.type == RECIPE_MOUNT_SSH)
		add_secret(x->e, secret_id(&spec));
	else if (spec.type == RECIPE_MOUNT_BIND && !spec.from)
		status = read_bind(x, &spec, value, err);
	return status;
}

static int
read_mounts(const struct reader *x, struct err *err)
{
	int status = 0;

	for (size_t i = 0; i < x->ins->nflags && status == 0; i++)
		if (!strcmp(x->ins->flags[i].name, "mount") && x->ins->flags[i].value)
			status = read_mount(x, x->ins->flags[i].value, err);
	return status;
}

/* buildah's layer cache compares texts: it must not be trusted where they hide their values. */
static void
note_hidden(const struct reader *x)
{
	struct recipe *pub = &x->e->r->pub;
	int line = recipe_line(x->e->r, x->stage, x->ins);
	struct buf AUTO_BUF b = BUF_INIT;
	bool hidden;

	if (pub->opts.dialect != DIALECT_CONTAINERS || pub->unexpanded_line)
		return;
	if (recipe_is_trigger(x->e->r, x->stage, x->ins))
		hidden = x->texts->n && x->ins->rest && strchr(x->ins->rest, '$');
	else
		hidden = x->texts->known &&
			 recipe_expanded_rest(x->ins, x->texts, &b) == RECIPE_SAID_NOT;
	if (hidden)
		pub->unexpanded_line = line;
}

static void
read_ins(const struct reader *x)
{
	struct recipe_eval *e = x->e;
	struct err AUTO_ERR err = ERR_INIT;
	struct recipe_texts texts;
	struct reader own = *x;
	int status = recipe_expand_ins(e->r, &e->scopes->stages[x->stage], x->ins, &texts, &err);

	own.texts = &texts;
	if (status == 0) {
		add_froms(&own);
		note_hidden(&own);
		if (x->ins->kw == DF_RUN)
			status = read_mounts(&own, &err);
		else if (x->ins->kw == DF_COPY || x->ins->kw == DF_ADD)
			status = recipe_read_sources(e, x->stage, x->ins, &texts, &err);
	}
	if (status == 0)
		status = recipe_scope_apply(e->r, e->scopes, x->stage, x->ins, &texts, &err);
	if (status < 0)
		recipe_complain(e->r, x->stage, x->ins, e->errs, &err);
}

static void
read_stage(struct recipe_eval *e, size_t stage)
{
	struct recipe_work *w = &e->r->work[stage];
	int line = e->r->pub.df->stages[stage].from->line;
	struct reader x = { .e = e, .stage = stage };

	recipe_scope_begin(e->r, e->scopes, stage);
	if (w->base == RECIPE_BASE_IMAGE) {
		struct recipe_from from = { RECIPE_USE_FROM, w->ref };

		e->r->pub.stages[w->number].base_image = add_image(e, &from, stage, line, false);
		if (!w->config)
			recipe_widen(e, stage, "onbuild-unknown", line);
	}
	for (size_t k = 0; (x.ins = recipe_ins(e->r, stage, k)); k++)
		read_ins(&x);
}

/* A frontend reads the Dockerfile as it likes; only Docker's own is known here. */
static void
read_syntax(struct recipe_eval *e)
{
	const struct recipe_impl *r = e->r;
	const char *given = recipe_given(r, "BUILDKIT_SYNTAX");
	const char *text = given && *given ? given : r->pub.df->syntax;
	int line = text == given ? 0 : r->pub.df->syntax_line;
	struct recipe_from from = { .use = RECIPE_USE_SYNTAX };
	struct err AUTO_ERR err = ERR_INIT;
	struct ref ref;
	struct str first;

	if (r->pub.opts.dialect != DIALECT_BUILDKIT || !text || !*text)
		return;
	first = str_trim(str_c(text), " \t");
	first = str_sub(first, 0, str_find(first, ' '));
	from.name = arena_str(r->arena, first);
	(void)add_image(e, &from, r->pub.stages[0].index, line, false); /* one at most */
	if (ref_parse(r->arena, first, &ref, &err) < 0)
		(void)err_list_at(e->errs, r->pub.df->file, line, 0, "syntax: %s", err.msg);
	else if (strcmp(ref.name, "docker.io/docker/dockerfile") != 0 &&
		 strcmp(ref.name, "docker.io/docker/dockerfile-upstream") != 0)
		recipe_widen(e, r->pub.stages[0].index, "unknown-frontend", line);
}

static int
secret_cmp(const void *a, const void *b)
{
	return strp_cmp(a, b);
}

#define TAKE(field, vec)                                                                           \
	do {                                                                                       \
		r->pub.field = arena_dup(r->arena, (vec).v, (vec).n * sizeof(*(vec).v));           \
		r->pub.n##field = (vec).n;                                                         \
		vec_fini(&(vec));                                                                  \
	} while (0)

void
recipe_collect(struct recipe_impl *r, struct recipe_scopes *s, struct err_list *errs)
{
	struct recipe_eval e = { .r = r, .scopes = s, .errs = errs };

	read_syntax(&e);
	for (size_t i = 0; i < r->pub.df->nstages; i++)
		if (r->work[i].reached)
			read_stage(&e, i);
	if (e.secrets.n)
		qsort(e.secrets.v, e.secrets.n, sizeof(*e.secrets.v), secret_cmp);
	for (size_t i = 0; i < e.reads.n; i++)
		if (!strcmp(e.reads.v[i].pattern, "."))
			r->pub.copies_dockerfile_dir = true;
	TAKE(images, e.images);
	TAKE(reads, e.reads);
	TAKE(remotes, e.remotes);
	TAKE(widens, e.widens);
	TAKE(secrets, e.secrets);
}
