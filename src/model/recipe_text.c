/* SPDX-License-Identifier: Apache-2.0 */
/* recipe_text.c: instructions with other names and values in them than their author's. */
#include "model/recipe_priv.h"

#include "base/json.h"

/* buildah reads no line of 64 KiB or more. */
#define MAX_LABEL_LINE 65000u

struct df_ins *
recipe_renamed(const struct recipe_impl *r, const struct df_ins *ins, recipe_rename rename,
	       void *ctx)
{
	struct df_ins *own = arena_dup(r->arena, ins, sizeof(*ins));
	struct recipe_from *froms;
	size_t n, k = 0;

	/* Its mistakes were told by recipe_eval(). */
	if (recipe_froms(r, ins, &froms, &n, NULL) < 0 || !n)
		return own;
	own->flags = arena_dup(r->arena, ins->flags, ins->nflags * sizeof(*ins->flags));
	for (size_t i = 0; i < own->nflags && k < n; i++) {
		struct df_flag *flag = &own->flags[i];
		bool mount = froms[k].use == RECIPE_USE_MOUNT;
		struct buf AUTO_BUF b = BUF_INIT;
		const char *name;

		if (strcmp(flag->name, mount ? "mount" : "from") != 0 || !flag->value ||
		    (mount && !recipe_mount_value(r->arena, flag->value, "from")))
			continue;
		name = rename(ctx, &froms[k++]);
		if (!name)
			continue;
		if (mount)
			recipe_mount_with_from(r->arena, flag->value, name, &b);
		else
			buf_adds(&b, name);
		flag->value = arena_str(r->arena, buf_str(&b));
	}
	return own;
}

/* A blank stands between flags, so those within one are escaped. */
void
recipe_flags_text(const struct df_ins *ins, struct buf *b)
{
	for (size_t i = 0; i < ins->nflags; i++) {
		const struct df_flag *flag = &ins->flags[i];

		buf_addf(b, "%s--%s%s", i ? " " : "", flag->name, flag->value ? "=" : "");
		for (const char *p = flag->value; p && *p; p++) {
			if (strchr(" \t\\", *p))
				buf_addc(b, '\\');
			buf_addc(b, *p);
		}
	}
}

/* Means itself wherever a word is read, quoted or not. */
static bool
is_plain(const char *s)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_./:@%+,=*?-";

	return *s && *s != '-' && !s[strspn(s, plain)];
}

/* Between single quotes nothing is special, whatever the escape character; a single quote itself
 * stands between double ones. */
static void
quote(const char *value, struct buf *b)
{
	if (is_plain(value)) {
		buf_adds(b, value);
		return;
	}
	buf_addc(b, '\'');
	for (const char *p = value; *p; p++) {
		if (*p == '\'')
			buf_adds(b, "'\"'\"'");
		else
			buf_addc(b, *p);
	}
	buf_addc(b, '\'');
}

bool
recipe_quote(const char *value, struct buf *b)
{
	if (strchr(value, '\n'))
		return false;
	quote(value, b);
	return true;
}

bool
recipe_label_line(const char *name, const char *value, struct buf *b)
{
	size_t before = b->len;

	buf_adds(b, "LABEL ");
	if (recipe_quote(name, b)) {
		buf_addc(b, '=');
		if (recipe_quote(value, b) && b->len - before < MAX_LABEL_LINE) {
			buf_addc(b, '\n');
			return true;
		}
	}
	b->len = before;
	b->data[before] = '\0';
	return false;
}

static bool
pairs_text(const struct recipe_texts *texts, struct buf *b)
{
	for (size_t i = 0; i + 1 < texts->n; i += 2) {
		const char *name = texts->v[i].text;

		if (!*name || strchr(name, '='))
			return false;
		buf_adds(b, i ? " " : "");
		if (!recipe_quote(name, b))
			return false;
		buf_addc(b, '=');
		if (!recipe_quote(texts->v[i + 1].text, b))
			return false;
	}
	return true;
}

static bool
all_plain(const struct recipe_texts *texts)
{
	for (size_t i = 0; i < texts->n; i++)
		if (!is_plain(texts->v[i].text))
			return false;
	return texts->n > 0;
}

/* Blanks separate words without regard to quotes: what holds one goes into the JSON form, whose
 * strings are expanded, too. */
static void
words_text(const struct recipe_texts *texts, struct buf *b)
{
	json_t *AUTO_JSON list = json_array();
	char *AUTO_FREE text = NULL;

	for (size_t i = 0; i < texts->n; i++) {
		struct buf AUTO_BUF word = BUF_INIT;

		quote(texts->v[i].text, &word);
		json_add_text(list, word.data);
	}
	text = json_canonical(list);
	buf_adds(b, text);
}

static void
plain_text(const struct recipe_texts *texts, struct buf *b)
{
	for (size_t i = 0; i < texts->n; i++)
		buf_addf(b, "%s%s", i ? " " : "", texts->v[i].text);
}

void
recipe_words(const struct recipe_texts *texts, struct buf *b)
{
	if (all_plain(texts))
		plain_text(texts, b);
	else
		words_text(texts, b);
}

void
recipe_raw_words(const struct recipe_texts *texts, bool json, struct buf *b)
{
	json_t *AUTO_JSON list = json_array();
	char *AUTO_FREE text = NULL;

	for (size_t i = 0; i < texts->n; i++)
		json_add_text(list, texts->v[i].text);
	text = json_canonical(list);
	if (json)
		buf_adds(b, text);
	else
		plain_text(texts, b);
}

enum recipe_said
recipe_expanded_rest(const struct df_ins *ins, const struct recipe_texts *texts, struct buf *b)
{
	bool said = true;

	if (!texts->n && ins->kw != DF_EXPOSE)
		return RECIPE_SAID_ALREADY;
	if (!ins->rest || !strchr(ins->rest, '$'))
		return RECIPE_SAID_ALREADY;
	switch (ins->kw) {
	case DF_ENV:
	case DF_LABEL:
		said = pairs_text(texts, b);
		break;
	case DF_EXPOSE:
		said = all_plain(texts);
		if (said)
			plain_text(texts, b);
		break;
	case DF_ADD:
	case DF_COPY:
	case DF_VOLUME:
		recipe_words(texts, b);
		break;
	default:
		said = recipe_quote(texts->v[0].text, b);
		break;
	}
	return said ? RECIPE_SAID_ANEW : RECIPE_SAID_NOT;
}
