/* SPDX-License-Identifier: Apache-2.0 */
/* render_reproduce.c: two images that are one, or where they part. */
#include "cli/render_reproduce.h"

#include "base/clock.h"
#include "base/out.h"
#include "cli/render.h"

#define LISTED 20 /* paths of a layer, and fields */

/* One line, with whatever the names hold made harmless. */
static void
print_line(const char *indent, const char *text)
{
	AUTO_BUF struct buf b = BUF_INIT;

	buf_init(&b, 0);
	out_safe(&b, str_c(text));
	out_print("%s%s\n", indent, b.data);
}

static void
add_word(struct buf *b, const char *word)
{
	buf_addf(b, "%s%s", b->len ? ", " : "", word);
}

static void
add_aspects(struct buf *b, const struct image_change *c)
{
	const struct image_entry *x = c->before, *y = c->after;

	for (size_t i = 0; i < image_aspect_count; i++)
		if (c->aspects & 1u << i)
			add_word(b, image_aspect_name((enum image_aspect)i));
	if (!x || !y)
		return;
	if (c->aspects & 1u << IMAGE_ASPECT_CONTENT && x->size != y->size)
		buf_addf(b, " (%lld, %lld bytes)", (long long)x->size, (long long)y->size);
	if (c->aspects & 1u << IMAGE_ASPECT_MODE)
		buf_addf(b, " (%04o, %04o)", x->mode, y->mode);
	if (c->aspects & 1u << IMAGE_ASPECT_OWNER)
		buf_addf(b, " (%lld:%lld, %lld:%lld)", (long long)x->uid, (long long)x->gid,
			 (long long)y->uid, (long long)y->gid);
	if (c->aspects & 1u << IMAGE_ASPECT_TARGET && x->target && y->target)
		buf_addf(b, " (%s, %s)", x->target, y->target);
}

static void
print_change(const struct image_change *c)
{
	AUTO_BUF struct buf b = BUF_INIT;
	AUTO_FREE char *line = NULL;

	buf_init(&b, 0);
	add_aspects(&b, c);
	line = xasprintf("%s%s: %s%s%s", c->removal ? "removal of " : "", c->path, b.data,
			 c->cause ? "; " : "", c->cause ? c->cause : "");
	print_line("    ", line);
}

static void
print_layer(const struct image_layer_diff *l, const struct image_diff *d, bool first)
{
	AUTO_FREE char *head =
		xasprintf("layer %zu of %zu %s%s%s", l->number,
			  d->nlayers[0] > d->nlayers[1] ? d->nlayers[0] : d->nlayers[1],
			  l->only ? "is in one image only"
			  : first ? "is the first that differs"
				  : "differs",
			  l->made_by ? ": " : "", l->made_by ? l->made_by : "");

	print_line("  ", head);
	for (size_t i = 0; i < l->changes.n && i < LISTED; i++)
		print_change(&l->changes.v[i]);
	if (l->nchanges > LISTED)
		out_print("    and %zu paths more\n", l->nchanges - LISTED);
	if (l->order)
		out_print("    the same entries, in another order\n");
	else if (!l->nchanges && !l->only)
		out_print("    the same entries: only the archive is written differently (names of "
			  "owners, format)\n");
}

static void
print_field(const struct image_field_diff *f)
{
	AUTO_FREE char *line =
		xasprintf("config %s: %s, %s%s%s", f->field, f->before ? f->before : "nothing",
			  f->after ? f->after : "nothing", f->cause ? "; " : "",
			  f->cause ? f->cause : "");

	print_line("  ", line);
}

static void
print_comparison(const struct rebuild_comparison *c)
{
	const struct image_diff *d = &c->diff;

	for (size_t i = 0; i < d->layers.n; i++)
		print_layer(&d->layers.v[i], d, i == 0);
	for (size_t i = 0; i < d->fields.n && i < LISTED; i++)
		print_field(&d->fields.v[i]);
	if (d->fields.n > LISTED)
		out_print("  and %zu fields more\n", d->fields.n - LISTED);
	if (c->same_content)
		out_print("  a container of either sees the same: only times, history or layers "
			  "differ\n");
}

static void
print_reasons(const struct reproduction *r)
{
	out_print("%s: not built: its inputs are not those of the record\n", r->image->name);
	for (size_t i = 0; i < r->reasons.n && i < LISTED; i++) {
		AUTO_FREE char *text = reason_text(&r->reasons.v[i], false);

		print_line("  ", text);
	}
	if (r->reasons.n > LISTED)
		out_print("  and %zu more\n", r->reasons.n - LISTED);
}

static void
print_lacks(const struct reproduction *r)
{
	out_print("%s: not built: this machine lacks what it needs\n", r->image->name);
	for (size_t i = 0; i < r->lacks.n; i++)
		print_line("  ", r->lacks.v[i]);
}

void
render_reproduction_text(const struct reproduction *r, const struct record *record)
{
	const char *commit = record ? record->commit : NULL;

	if (r->lacks.n) {
		print_lacks(r);
	} else if (r->reasons.n) {
		print_reasons(r);
	} else if (!*r->second_id) {
		return;
	} else if (r->same) {
		out_print("%s%s%s: reproduced: %s %s, key %s", out_style(OUT_BOLD), r->image->name,
			  out_style(OUT_PLAIN), record ? "the same image" : "twice", r->first_id,
			  render_key(r->key));
		out_print(commit ? ", commit %.12s\n" : "\n", commit);
	} else {
		out_print("%s%s%s: not reproducible: %s %s, and now %s\n", out_style(OUT_BOLD),
			  r->image->name, out_style(OUT_PLAIN), record ? "it was" : "first it was",
			  render_id(r->first_id), render_id(r->second_id));
		if (r->unknown)
			print_line("  not compared: ", r->unknown);
		else if (r->comparison.diff.arena)
			print_comparison(&r->comparison);
	}
}

/* --- JSON */

static json_t *
entry_json(const struct image_entry *e)
{
	static const char *const types[] = {
		[TAR_FILE] = "file", [TAR_HARDLINK] = "hardlink", [TAR_SYMLINK] = "link",
		[TAR_DIR] = "dir",   [TAR_CHAR] = "char",         [TAR_BLOCK] = "block",
		[TAR_FIFO] = "fifo"
	};
	json_t *j = json_object();
	char digest[DIGEST_SIZE], time[CLOCK_TEXT_SIZE];
	AUTO_FREE char *mode = xasprintf("%04o", e->mode);

	json_set_text(j, "type", types[e->type]);
	json_set_text(j, "mode", mode);
	json_set_int(j, "uid", e->uid);
	json_set_int(j, "gid", e->gid);
	clock_rfc3339(e->mtime_s * 1000, time);
	json_set_text(j, "time", time);
	if (e->target)
		json_set_text(j, "target", e->target);
	if (e->type != TAR_FILE)
		return j;
	sha256_digest(e->hash, digest);
	json_set_int(j, "size", e->size);
	json_set_text(j, "digest", digest);
	return j;
}

static json_t *
change_json(const struct image_change *c)
{
	json_t *j = json_object(), *aspects = json_array();

	json_set_text(j, "path", c->path);
	json_set_bool(j, "removal", c->removal);
	for (size_t i = 0; i < image_aspect_count; i++)
		if (c->aspects & 1u << i)
			json_add_text(aspects, image_aspect_name((enum image_aspect)i));
	json_object_set_new(j, "differs", aspects);
	json_object_set_new(j, "first", c->before ? entry_json(c->before) : json_null());
	json_object_set_new(j, "second", c->after ? entry_json(c->after) : json_null());
	json_set_text(j, "cause", c->cause);
	return j;
}

static json_t *
layer_json(const struct image_layer_diff *l)
{
	json_t *j = json_object(), *paths = json_array();

	json_set_int(j, "layer", (long long)l->number);
	json_set_text(j, "made_by", l->made_by);
	json_set_text(j, "only_in", l->only);
	json_set_bool(j, "order", l->order);
	for (size_t i = 0; i < l->changes.n; i++)
		json_array_append_new(paths, change_json(&l->changes.v[i]));
	json_object_set_new(j, "paths", paths);
	json_set_int(j, "count", (long long)l->nchanges);
	return j;
}

static void
add_comparison(json_t *j, const struct rebuild_comparison *c)
{
	json_t *layers = json_array(), *fields = json_array();

	for (size_t i = 0; i < c->diff.layers.n; i++)
		json_array_append_new(layers, layer_json(&c->diff.layers.v[i]));
	for (size_t i = 0; i < c->diff.fields.n; i++) {
		const struct image_field_diff *f = &c->diff.fields.v[i];
		json_t *item = json_object();

		json_set_text(item, "field", f->field);
		json_set_text(item, "first", f->before);
		json_set_text(item, "second", f->after);
		json_set_text(item, "cause", f->cause);
		json_array_append_new(fields, item);
	}
	json_object_set_new(j, "layers", layers);
	json_object_set_new(j, "config", fields);
	json_set_bool(j, "same_content", c->same_content);
}

json_t *
render_reproduction_json(const struct reproduction *r, const struct record *record)
{
	json_t *j = json_object(), *lacks = json_array();
	char key[DIGEST_SIZE];

	sha256_digest(r->key, key);
	json_set_text(j, "image", r->image->name);
	json_set_bool(j, "reproduced", r->same);
	json_set_text(j, "key", key);
	json_set_text(j, "commit", record ? record->commit : NULL);
	json_set_text(j, "first", *r->first_id ? r->first_id : NULL);
	json_set_text(j, "second", *r->second_id ? r->second_id : NULL);
	for (size_t i = 0; i < r->lacks.n; i++)
		json_add_text(lacks, r->lacks.v[i]);
	json_object_set_new(j, "lacks", lacks);
	json_object_set_new(j, "inputs", reasons_to_json(&r->reasons));
	json_set_text(j, "not_compared", r->unknown);
	if (r->comparison.diff.arena)
		add_comparison(j, &r->comparison);
	return j;
}
