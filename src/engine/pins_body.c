/* SPDX-License-Identifier: Apache-2.0 */
/* pins_body.c: the text of a pull request that moves pins. */
#include "engine/pins.h"

#include "base/vec.h"

#define BODY_MAX 60000   /* GitHub takes 65,536 */
#define MENTIONS_MAX 100 /* lines */
#define SHORT_HEX 12

/* One image from one old version to the wanted one. */
struct row {
	size_t image;
	const char *tag, *digest; /* old */
	const struct pin_change *now;
	size_t pins, files;
	const struct pins_file *last; /* counted */
};
typedef VEC(struct row) rows;

static bool
same(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

/* As code, so that no '@' calls anybody and no '#' links anywhere. */
static void
add_code(struct buf *b, const char *text)
{
	buf_addc(b, '`');
	for (; *text; text++)
		buf_addc(b, *text == '`' ? '\'' : *text == '|' || *text == '\n' ? ' ' : *text);
	buf_addc(b, '`');
}

static void
add_version(struct buf *b, const char *tag, const char *digest)
{
	AUTO_FREE char *text = NULL;

	if (tag && str_is_hex(str_c(tag), 40))
		text = xstrndup(tag, SHORT_HEX);
	else if (tag)
		text = xstrdup(tag);
	else if (digest)
		text = xasprintf("%.*s…", (int)strlen("sha256:") + SHORT_HEX, digest);
	else
		text = xstrdup("-");
	add_code(b, text);
}

static struct row *
row_of(rows *list, const struct pin *pin, const struct pin_change *change)
{
	for (size_t i = 0; i < list->n; i++) {
		struct row *r = &list->v[i];

		if (r->image == pin->image && same(r->tag, pin->tag) &&
		    same(r->digest, pin->digest))
			return r;
	}
	vec_push(list, ((struct row){ .image = pin->image,
				      .tag = pin->tag,
				      .digest = pin->digest,
				      .now = change }));
	return &list->v[list->n - 1];
}

static void
collect(const struct pins *p, rows *list)
{
	for (size_t i = 0; i < p->nfiles; i++) {
		const struct pins_file *f = &p->files[i];

		for (size_t k = 0; k < f->file.npins; k++) {
			struct row *r;

			if (f->edit.changes[k].state != PIN_STATE_MOVED)
				continue;
			r = row_of(list, &f->file.pins[k], &f->edit.changes[k]);
			r->pins++;
			r->files += r->last != f;
			r->last = f;
		}
	}
}

static void
add_table(const struct pins *p, const rows *list, const struct event *e, struct buf *b)
{
	buf_adds(b, "| image | old → new | digest | pins | files |\n|---|---|---|---|---|\n");
	for (size_t i = 0; i < list->n; i++) {
		const struct row *r = &list->v[i];
		const char *digest = p->images[r->image].digest;

		buf_adds(b, "| ");
		add_code(b, p->images[r->image].name);
		buf_adds(b, " | ");
		add_version(b, r->tag, r->digest);
		buf_adds(b, " → ");
		add_version(b, r->now->tag, r->now->digest);
		if (e && e->repo && r->tag && r->now->tag && str_is_hex(str_c(r->tag), 40) &&
		    str_is_hex(str_c(r->now->tag), 40))
			buf_addf(b, " ([compare](https://github.com/%s/compare/%s...%s))", e->repo,
				 r->tag, r->now->tag);
		buf_adds(b, " | ");
		add_version(b, NULL, digest);
		buf_addf(b, " | %zu | %zu |\n", r->pins, r->files);
	}
}

static void
add_causes(const struct event *e, struct buf *b)
{
	bool any = false;

	for (size_t i = 0; e && i < e->nchanged; i++) {
		if (!e->changed[i].cause)
			continue;
		if (!any)
			buf_adds(b, "\n**Why**\n\n");
		any = true;
		buf_adds(b, "- ");
		add_code(b, e->changed[i].image);
		buf_adds(b, ": ");
		add_code(b, e->changed[i].cause);
		buf_addc(b, '\n');
	}
}

/* Images that have pins, and none that moves. */
static void
add_kept(const struct pins *p, const rows *list, struct buf *b)
{
	bool *has = xcalloc(p->nimages + 1, sizeof(*has)), any = false;

	for (size_t i = 0; i < p->nfiles; i++)
		for (size_t k = 0; k < p->files[i].file.npins; k++)
			has[p->files[i].file.pins[k].image] = true;
	for (size_t i = 0; i < list->n; i++)
		has[list->v[i].image] = false;
	for (size_t i = 0; i < p->nimages; i++) {
		if (!has[i])
			continue;
		buf_adds(b, any ? ", " : "\n**Kept**, being where they should be: ");
		add_code(b, p->images[i].name);
		any = true;
	}
	buf_adds(b, any ? "\n" : "");
	free(has);
}

static void
add_names(const char *what, const char *const *names, size_t n, struct buf *b)
{
	for (size_t i = 0; i < n; i++) {
		buf_addf(b, "%s%s", i ? ", " : "\n", i ? "" : what);
		add_code(b, names[i]);
	}
	buf_adds(b, n ? "\n" : "");
}

static void
add_mentions(const struct pins *p, struct buf *b)
{
	size_t n = 0;

	for (size_t i = 0; i < p->nfiles; i++) {
		const struct pins_file *f = &p->files[i];

		for (size_t k = 0; k < f->file.npins; k++) {
			enum pin_state state = f->edit.changes[k].state;
			AUTO_FREE char *at = NULL;

			if (state != PIN_STATE_MENTION && state != PIN_STATE_FLOATING)
				continue;
			if (!n++)
				buf_adds(b, "\n**Mentioned, not edited**\n\n");
			if (n > MENTIONS_MAX)
				continue;
			at = xasprintf("%s:%d", f->file.path, f->file.pins[k].line);
			buf_adds(b, "- ");
			add_code(b, at);
			buf_addf(b, " (%s%s)\n", pin_kind_name(f->file.pins[k].kind),
				 state == PIN_STATE_FLOATING ? ", no version" : "");
		}
	}
	if (n > MENTIONS_MAX)
		buf_addf(b, "- … and %zu more\n", n - MENTIONS_MAX);
}

static size_t
pinned_files(const struct pins *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->nfiles; i++) {
		bool any = false;

		for (size_t k = 0; k < p->files[i].file.npins; k++) {
			enum pin_state s = p->files[i].edit.changes[k].state;

			any = any || s == PIN_STATE_MOVED || s == PIN_STATE_RIGHT;
		}
		n += any;
	}
	return n;
}

void
pins_body(const struct pins *p, const struct event *e, const char *const *skipped, size_t nskipped,
	  struct buf *ret)
{
	AUTO_BUF struct buf b = BUF_INIT;
	rows list = { 0 };
	struct str text;

	buf_init(&b, 0);
	if (e)
		buf_addf(&b, "<!-- lockstep:{\"event\":\"%s\",\"group\":\"%s\",\"seq\":%lld} -->\n",
			 e->id, e->group, (long long)e->seq);
	collect(p, &list);
	add_table(p, &list, e, &b);
	buf_addf(&b, "\n%zu/%zu pins in %zu files; %zu uncovered\n", p->npins - p->nuncovered,
		 p->npins, pinned_files(p), p->nuncovered);
	add_causes(e, &b);
	add_kept(p, &list, &b);
	if (e)
		add_names("**Failed**, and stay at an older build: ",
			  (const char *const *)e->degraded, e->ndegraded, &b);
	add_names("**Skipped**, not being in their registry: ", skipped, nskipped, &b);
	add_mentions(p, &b);
	text = buf_str(&b);
	if (text.n > BODY_MAX) {
		text.n = BODY_MAX;
		while (text.n && text.p[text.n - 1] != '\n')
			text.n--;
	}
	buf_add_str(ret, text);
	if (text.n < b.len)
		buf_adds(ret, "\n… and more, which does not fit here.\n");
	vec_fini(&list);
}
