/* SPDX-License-Identifier: Apache-2.0 */
/* recipe_mount.c: RUN --mount, and the stages and images that flags name. */
#include "model/recipe_priv.h"

#include <ctype.h>

ENUM_DEFINE(recipe_mount_type, RECIPE_MOUNT_LIST);

/* What BuildKit knows; buildah has more, none of which names anything that is read. */
static const char *const keys[] = { "type", "from",    "source",    "target", "readonly",
				    "id",   "sharing", "required",  "size",   "mode",
				    "uid",  "gid",     "src",       "dst",    "destination",
				    "ro",   "rw",      "readwrite", "env" };

struct field {
	struct str raw;    /* as it stands between two commas */
	const char *key;   /* lower case */
	const char *value; /* NULL without '=' */
};

/* Takes a field of comma-separated values, of which quoted ones may hold commas. */
static bool
next_raw(struct str *rest, struct str *ret)
{
	bool quoted = false;
	size_t i;

	if (!rest->p)
		return false;
	for (i = 0; i < rest->n && (quoted || rest->p[i] != ','); i++)
		if (rest->p[i] == '"')
			quoted = !quoted;
	*ret = str_sub(*rest, 0, i);
	*rest = i < rest->n ? str_sub(*rest, i + 1, rest->n) : STR_NULL;
	return true;
}

/* Without its quotes; "" inside them is one. */
static char *
unquote(struct arena *arena, struct str raw)
{
	struct buf AUTO_BUF b = BUF_INIT;

	buf_init(&b, 0);
	for (size_t i = 0; i < raw.n; i++) {
		if (raw.p[i] != '"')
			buf_addc(&b, raw.p[i]);
		else if (i && i + 1 < raw.n && raw.p[i + 1] == '"')
			buf_addc(&b, raw.p[i++]);
	}
	return arena_str(arena, buf_str(&b));
}

static bool
next_field(struct arena *arena, struct str *rest, struct field *ret)
{
	char *text, *eq;

	if (!next_raw(rest, &ret->raw))
		return false;
	text = unquote(arena, ret->raw);
	eq = strchr(text, '=');
	ret->value = eq ? eq + 1 : NULL;
	if (eq)
		*eq = '\0';
	for (char *p = text; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	ret->key = text;
	return true;
}

/* Where a variable is put in: buildah expands the whole flag, buildkit each value. */
struct mounter {
	const struct recipe_impl *r;
	const struct recipe_scope *scope; /* NULL: nothing is expanded */
	struct recipe_mount_spec *ret;
	struct err *err;
};

static int
set_type(struct mounter *m, const char *value)
{
	char *lower = arena_strdup(m->r->arena, value);
	const char *near;
	int status;

	for (char *p = lower; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	if (recipe_mount_type_parse(str_c(lower), &m->ret->type))
		return 0;
	status = err_set(m->err, ERR_INPUT, "unknown mount type '%s'", value);
	near = str_nearest(lower, recipe_mount_type_names, recipe_mount_type_count);
	if (near)
		err_hint(m->err, "did you mean '%s'?", near);
	return status;
}

static int
set_from(struct mounter *m, const char *value)
{
	int status;

	if (!strchr(value, '$')) {
		m->ret->from = *value ? value : NULL;
		return 0;
	}
	status = err_set(m->err, ERR_INPUT, "from=%s: no variables can be used here", value);
	err_hint(m->err, "define a stage for it: 'FROM %s AS name', and 'from=name'", value);
	return status;
}

static int
check_key(struct mounter *m, const char *key)
{
	const char *near;
	int status;

	if (m->r->pub.opts.dialect == DIALECT_CONTAINERS)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (!strcmp(key, keys[i]))
			return 0;
	status = err_set(m->err, ERR_INPUT, "unknown option '%s' of --mount", key);
	near = str_nearest(key, keys, ARRAY_SIZE(keys));
	if (near)
		err_hint(m->err, "did you mean '%s'?", near);
	return status;
}

static int
take_field(struct mounter *m, const struct field *f)
{
	struct recipe_text text = { f->value, true };
	int status = check_key(m, f->key);

	if (status < 0)
		return status;
	if (!strcmp(f->key, "from"))
		return f->value ? set_from(m, f->value) : 0;
	if (!m->scope || !f->value)
		return 0;
	if (m->r->pub.opts.dialect == DIALECT_BUILDKIT)
		status = recipe_expand(m->r, m->scope, f->value, &text, m->err);
	if (status < 0)
		return status;
	if (!text.known)
		m->ret->known = false;
	else if (!strcmp(f->key, "type"))
		return set_type(m, text.text);
	else if (!strcmp(f->key, "source") || !strcmp(f->key, "src"))
		m->ret->source = text.text;
	else if (!strcmp(f->key, "target") || !strcmp(f->key, "dst") ||
		 !strcmp(f->key, "destination"))
		m->ret->target = text.text;
	else if (!strcmp(f->key, "id"))
		m->ret->id = text.text;
	return 0;
}

int
recipe_mount_parse(const struct recipe_impl *r, const struct recipe_scope *scope, const char *value,
		   struct recipe_mount_spec *ret, struct err *err)
{
	struct mounter m = { .r = r, .scope = scope, .ret = ret, .err = err };
	struct recipe_text whole = { value, true };
	struct str rest;
	struct field f;
	int status = 0;

	*ret = (struct recipe_mount_spec){ .source = "", .target = "", .id = "", .known = true };
	if (scope && r->pub.opts.dialect == DIALECT_CONTAINERS)
		status = recipe_expand(r, scope, value, &whole, err);
	if (!whole.known) {
		ret->known = false;
		m.scope = NULL;
		whole.text = value;
	}
	rest = str_c(status == 0 ? whole.text : "");
	while (status == 0 && next_field(r->arena, &rest, &f))
		status = take_field(&m, &f);
	return status;
}

const char *
recipe_mount_value(struct arena *arena, const char *mount, const char *key)
{
	struct str rest = str_c(mount);
	struct field f;

	while (next_field(arena, &rest, &f))
		if (!strcmp(f.key, key) && f.value && *f.value)
			return f.value;
	return NULL;
}

void
recipe_mount_with_from(struct arena *arena, const char *value, const char *from, struct buf *b)
{
	struct str rest = str_c(value);
	const char *comma = "";
	struct field f;

	while (next_field(arena, &rest, &f)) {
		buf_adds(b, comma);
		if (!strcmp(f.key, "from") && f.value && *f.value)
			buf_addf(b, "from=%s", from);
		else
			buf_add_str(b, f.raw);
		comma = ",";
	}
}

static int
from_of_copy(const struct df_ins *ins, struct recipe_from *ret, size_t *ret_n, struct err *err)
{
	const char *name = df_flag_get(ins, "from");
	int status;

	if (!name || !*name)
		return 0;
	if (strchr(name, '$')) {
		status = err_set(err, ERR_INPUT, "--from=%s: no variables can be used here", name);
		err_hint(err, "define a stage for it: 'FROM %s AS name', and '--from=name'", name);
		return status;
	}
	*ret = (struct recipe_from){ RECIPE_USE_COPY, name };
	*ret_n = 1;
	return 0;
}

int
recipe_froms(const struct recipe_impl *r, const struct df_ins *ins, struct recipe_from **ret,
	     size_t *ret_n, struct err *err)
{
	struct recipe_mount_spec spec;
	int status = 0;

	*ret_n = 0;
	*ret = arena_calloc(r->arena, ins->nflags, sizeof(**ret));
	if (ins->kw == DF_COPY && ins->nflags)
		return from_of_copy(ins, *ret, ret_n, err);
	for (size_t i = 0; ins->kw == DF_RUN && i < ins->nflags && status == 0; i++) {
		if (strcmp(ins->flags[i].name, "mount") != 0 || !ins->flags[i].value)
			continue;
		status = recipe_mount_parse(r, NULL, ins->flags[i].value, &spec, err);
		if (status == 0 && spec.from)
			(*ret)[(*ret_n)++] = (struct recipe_from){ RECIPE_USE_MOUNT, spec.from };
	}
	return status;
}
