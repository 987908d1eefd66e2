/* SPDX-License-Identifier: Apache-2.0 */
/* draft_text.c: the draft as the graph file that is written. */
#include "model/draft.h"

#include "base/json.h"
#include "base/out.h"

#include <ctype.h>

/* Texts from other files must not end the comment. */
static void
add_comment(struct buf *b, const char *indent, const char *text)
{
	buf_addf(b, "%s# ", indent);
	out_safe(b, str_c(text));
	buf_addc(b, '\n');
}

static void
add_notes(const struct draft *d, struct buf *b, const char *indent, const struct survey_note *notes,
	  size_t n)
{
	for (size_t i = 0; i < n; i++)
		add_comment(b, indent,
			    arena_printf(d->arena, "%s: %s", draft_place(d->arena, notes[i].at),
					 notes[i].text));
}

static bool
is_plain(const char *text)
{
	for (const char *p = text; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("._/-+", *p))
			return false;
	return *text && *text != '-' && *text != '+';
}

/* Without quotes where no reader can take it for anything else. A JSON string is one of YAML's. */
static void
add_scalar(struct buf *b, const char *text)
{
	json_t *j;
	AUTO_FREE char *quoted = NULL;

	if (is_plain(text) && yaml_plain_is_text(str_c(text))) {
		buf_adds(b, text);
		return;
	}
	j = json_object();
	json_set_text(j, "", text);
	quoted = json_dumps(json_object_get(j, ""), JSON_ENCODE_ANY);
	buf_adds(b, quoted);
	json_decref(j);
}

static void
add_key(struct buf *b, const char *indent, const char *key, const char *value)
{
	buf_addf(b, "%s", indent);
	add_scalar(b, key);
	buf_adds(b, ": ");
	add_scalar(b, value);
	buf_addc(b, '\n');
}

/* "${" would be a variable of the graph. */
static const char *
escaped(struct arena *arena, const char *value)
{
	AUTO_BUF struct buf b = BUF_INIT;

	buf_init(&b, 0);
	for (; *value; value++) {
		if (value[0] == '$' && (value[1] == '{' || value[1] == '$'))
			buf_addc(&b, '$');
		buf_addc(&b, *value);
	}
	return arena_str(arena, buf_str(&b));
}

static void
add_image(const struct draft *d, struct buf *b, const struct draft_image *image)
{
	const struct survey_build *build = image->build;

	for (size_t i = 0; i < image->from.n; i++)
		add_comment(b, "  ",
			    arena_printf(d->arena, "from %s",
					 draft_place(d->arena, image->from.v[i])));
	add_notes(d, b, "  ", image->notes.v, image->notes.n);
	buf_adds(b, "  ");
	add_scalar(b, image->name);
	buf_adds(b, ":\n");
	add_key(b, "    ", "context", build->context);
	if (image->dockerfile)
		add_key(b, "    ", "dockerfile", image->dockerfile);
	if (build->target)
		add_key(b, "    ", "target", build->target);
	if (build->platform)
		add_key(b, "    ", "platform", build->platform);
	if (image->nargs)
		buf_adds(b, "    args:\n");
	for (size_t i = 0; i < image->nargs; i++) {
		const struct draft_arg *arg = &image->args[i];

		add_key(b, "      ", arg->name,
			arg->value ? escaped(d->arena, arg->value)
				   : arena_printf(d->arena, "${%s}", arg->name));
	}
}

static void
add_variables(const struct draft *d, struct buf *b)
{
	if (d->variables.n)
		buf_adds(b, "variables:\n");
	for (size_t i = 0; i < d->variables.n; i++) {
		const struct draft_variable *v = &d->variables.v[i];

		add_comment(b, "  ",
			    arena_printf(d->arena, "from %s", draft_place(d->arena, v->at)));
		buf_addf(b, "  %s:\n", v->name);
		add_key(b, "    ", "default", v->fallback);
		if (v->event)
			add_key(b, "    ", "event", v->event);
	}
}

void
draft_text(const struct draft *d, struct buf *b)
{
	buf_adds(
		b,
		"# Written by lockstep init; lockstep-graph(5) says what else can stand here. What an\n"
		"# image is built from is not written: `lockstep graph` finds it in the Dockerfiles.\n");
	add_notes(d, b, "", d->notes.v, d->notes.n);
	buf_adds(b, "version: 1\n");
	if (d->registry) {
		add_comment(b, "",
			    arena_printf(d->arena, "from %s",
					 draft_place(d->arena, d->registry_at)));
		add_key(b, "", "registry", d->registry);
	} else {
		buf_adds(b, "# fill in registry: HOST/OWNER, where the images are published\n");
	}
	if (d->builder) {
		add_comment(b, "", d->builder_why);
		add_key(b, "", "builder", d->builder);
	}
	add_variables(d, b);
	buf_adds(b, "images:\n");
	for (size_t i = 0; i < d->images.n; i++)
		add_image(d, b, d->images.v[i]);
}
