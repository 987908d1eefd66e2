/* SPDX-License-Identifier: Apache-2.0 */
/* render_pins.c: pins for people and for machines. */
#include "cli/render_pins.h"

#include "base/out.h"
#include "cli/render_github.h"

ENUM_DEFINE(render_format, RENDER_FORMAT_LIST);

#define MENTIONS_MAX 20
#define SHORT_HEX 12

/* Only whole commits and digests are cut. */
static void
add_short(struct buf *b, const char *text)
{
	size_t n = strlen(text), hex = strspn(text, "0123456789abcdef");

	if (!strncmp(text, "sha256:", strlen("sha256:")))
		buf_addf(b, "%.*s…", (int)strlen("sha256:") + SHORT_HEX, text);
	else if (n == 40 && hex == n)
		buf_addf(b, "%.*s…", SHORT_HEX, text);
	else
		buf_adds(b, text);
}

char *
render_version(const char *tag, const char *digest)
{
	struct buf b = BUF_INIT;

	buf_init(&b, 0);
	if (tag)
		add_short(&b, tag);
	if (digest) {
		buf_addc(&b, '@');
		add_short(&b, digest);
	}
	if (!tag && !digest)
		buf_adds(&b, "no version");
	return buf_steal(&b);
}

/* A path of the repository can hold anything. */
static void
print_path(const char *path)
{
	AUTO_BUF struct buf b = BUF_INIT;

	buf_init(&b, 0);
	out_safe(&b, str_c(path));
	out_print("%s", b.data);
}

void
render_pins_list(const struct pins *p)
{
	for (size_t i = 0; i < p->nfiles; i++) {
		const struct pin_file *f = &p->files[i].file;

		for (size_t k = 0; k < f->npins; k++) {
			const struct pin *pin = &f->pins[k];

			print_path(f->path);
			out_print(":%d:%d %s %s %s %s\n", pin->line, pin->col,
				  pin_kind_name(pin->kind), p->images[pin->image].name,
				  pin->tag ? pin->tag : "-", pin->digest ? pin->digest : "-");
		}
	}
}

static void
print_moved(const struct pins *p, const struct pins_file *f)
{
	for (size_t k = 0; k < f->file.npins; k++) {
		const struct pin *pin = &f->file.pins[k];
		const struct pin_change *c = &f->edit.changes[k];
		AUTO_FREE char *before = render_version(pin->tag, pin->digest);
		AUTO_FREE char *after = render_version(c->tag, c->digest);

		if (c->state != PIN_STATE_MOVED)
			continue;
		print_path(f->file.path);
		out_print(":%d:%d %s %s -> %s\n", pin->line, pin->col, p->images[pin->image].name,
			  before, after);
	}
}

static void
print_mentions(const struct pins *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->nfiles; i++) {
		const struct pins_file *f = &p->files[i];

		for (size_t k = 0; k < f->file.npins; k++) {
			if (f->edit.changes[k].state != PIN_STATE_MENTION)
				continue;
			if (!n++)
				out_print("mentioned, not edited:\n");
			if (n > MENTIONS_MAX)
				continue;
			out_print("  ");
			print_path(f->file.path);
			out_print(":%d:%d (%s)\n", f->file.pins[k].line, f->file.pins[k].col,
				  pin_kind_name(f->file.pins[k].kind));
		}
	}
	if (n > MENTIONS_MAX)
		out_print("  and %zu more\n", n - MENTIONS_MAX);
}

static void
print_skipped(const struct pins_skipped *s)
{
	const struct {
		size_t n;
		const char *what;
	} all[] = { { s->links, "links" },
		    { s->submodules, "submodules" },
		    { s->large, "files of more than 8 MiB" },
		    { s->binary, "binary files" },
		    { s->missing, "files that are not there" } };
	bool any = false;

	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		if (!all[i].n)
			continue;
		out_print("%s%zu %s", any ? ", " : "not looked into: ", all[i].n, all[i].what);
		any = true;
	}
	out_print("%s", any ? "\n" : "");
}

void
render_pins_text(const struct pins *p, bool planned)
{
	for (size_t i = 0; i < p->nfiles; i++)
		print_moved(p, &p->files[i]);
	print_mentions(p);
	print_skipped(&p->skipped);
	out_print("%zu of %zu pins %s, in %zu files; %zu uncovered\n", p->nmoved, p->npins,
		  planned ? "would move" : "moved", p->nchanged, p->nuncovered);
}

void
render_pins_diff(const struct pins *p)
{
	AUTO_BUF struct buf b = BUF_INIT;

	buf_init(&b, 0);
	for (size_t i = 0; i < p->nfiles; i++)
		pin_diff(&p->files[i].file, &p->files[i].edit, &b);
	out_write(buf_str(&b));
}

static json_t *
version_json(const char *tag, const char *digest)
{
	json_t *j = json_object();

	json_set_text(j, "tag", tag);
	json_set_text(j, "digest", digest);
	return j;
}

static json_t *
pin_json(const struct pins *p, const struct pins_file *f, size_t k)
{
	const struct pin *pin = &f->file.pins[k];
	const struct pin_change *c = f->edit.changes ? &f->edit.changes[k] : NULL;
	json_t *j = json_object();

	json_set_text(j, "file", f->file.path);
	json_set_int(j, "line", pin->line);
	json_set_int(j, "column", pin->col);
	json_set_text(j, "kind", pin_kind_name(pin->kind));
	json_set_text(j, "image", p->images[pin->image].name);
	json_set_text(j, "tag", pin->tag);
	json_set_text(j, "digest", pin->digest);
	if (c)
		json_set_text(j, "state", pin_state_name(c->state));
	if (c && c->state == PIN_STATE_MOVED)
		json_object_set_new(j, "to", version_json(c->tag, c->digest));
	if (pin->why)
		json_set_text(j, "why", pin->why);
	return j;
}

json_t *
render_pins_json(const struct pins *p)
{
	json_t *j = json_object(), *list = json_array(), *skipped = json_object();
	json_t *unparsed = json_array();

	for (size_t i = 0; i < p->nfiles; i++) {
		const struct pins_file *f = &p->files[i];

		for (size_t k = 0; k < f->file.npins; k++)
			json_array_append_new(list, pin_json(p, f, k));
		if (f->file.unparsed)
			json_add_text(unparsed, f->file.path);
	}
	json_object_set_new(j, "pins", list);
	json_object_set_new(j, "unparsed", unparsed);
	json_set_int(skipped, "links", (long long)p->skipped.links);
	json_set_int(skipped, "submodules", (long long)p->skipped.submodules);
	json_set_int(skipped, "large", (long long)p->skipped.large);
	json_set_int(skipped, "binary", (long long)p->skipped.binary);
	json_set_int(skipped, "missing", (long long)p->skipped.missing);
	json_object_set_new(j, "skipped", skipped);
	json_set_int(j, "files_read", (long long)p->nread);
	json_set_int(j, "files_changed", (long long)p->nchanged);
	json_set_int(j, "covered", (long long)(p->npins - p->nuncovered));
	json_set_int(j, "moved", (long long)p->nmoved);
	json_set_int(j, "uncovered", (long long)p->nuncovered);
	return j;
}

void
render_drifts_text(const struct pins *p, const struct pins_drift *drifts, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct pins_drift *d = &drifts[i];
		const struct pin_image *image = &p->images[d->pin->image];
		const char *tag = d->other ? d->other->tag : image->tag;
		const char *digest = d->other ? d->other->digest : image->digest;
		AUTO_FREE char *is = render_version(d->pin->tag, d->pin->digest);
		AUTO_FREE char *not = render_version(tag, digest);

		print_path(d->file->file.path);
		out_print(":%d:%d %s is at %s, ", d->pin->line, d->pin->col, image->name, is);
		if (!d->other) {
			out_print("and should be at %s\n", not );
			continue;
		}
		out_print("and at %s in ", not );
		print_path(d->other_file->file.path);
		out_print(":%d:%d\n", d->other->line, d->other->col);
	}
}

json_t *
render_drifts_json(const struct pins *p, const struct pins_drift *drifts, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++) {
		const struct pins_drift *d = &drifts[i];
		const struct pin_image *image = &p->images[d->pin->image];
		json_t *j = json_object();

		json_set_text(j, "file", d->file->file.path);
		json_set_int(j, "line", d->pin->line);
		json_set_int(j, "column", d->pin->col);
		json_set_text(j, "image", image->name);
		json_object_set_new(j, "is", version_json(d->pin->tag, d->pin->digest));
		if (d->other) {
			json_object_set_new(j, "other",
					    version_json(d->other->tag, d->other->digest));
			json_set_text(j, "other_file", d->other_file->file.path);
			json_set_int(j, "other_line", d->other->line);
		} else {
			json_object_set_new(j, "wanted", version_json(image->tag, image->digest));
		}
		json_array_append_new(list, j);
	}
	return list;
}

void
render_annotation(const char *file, int line, int col, const char *text)
{
	struct render_github_note note = { "error", file, line, col, NULL, text };
	AUTO_BUF struct buf b = BUF_INIT;

	buf_init(&b, 0);
	render_github_note(&b, &note);
	out_write(buf_str(&b));
}
