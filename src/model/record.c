/* SPDX-License-Identifier: Apache-2.0 */
/* record.c: records as JSON and back. */
#include "model/record.h"

#include "base/base64.h"
#include "lockstep/formats.h"
#include "model/event.h"
#include "model/lockfile.h"
#include "model/ref.h"

static json_t *
image_json(const struct input_image *im)
{
	json_t *j = json_object();

	json_set_text(j, "ref", im->ref);
	if (im->name)
		json_set_text(j, "image", im->name);
	json_set_text(j, "use", im->use);
	json_set_text(j, "id", im->id);
	if (im->line > 0)
		json_set_int(j, "line", im->line);
	return j;
}

static json_t *
remotes_json(const struct inputs *in)
{
	json_t *list = json_array();

	for (size_t i = 0; i < in->remotes.n; i++) {
		json_t *j = json_object();

		json_set_text(j, "url", in->remotes.v[i].url);
		json_set_text(j, "value", in->remotes.v[i].value);
		json_set_int(j, "line", in->remotes.v[i].line);
		json_array_append_new(list, j);
	}
	return list;
}

static json_t *
source_json(const struct input_source *source)
{
	json_t *j = json_object();

	json_set_text(j, "git", source->url);
	json_set_text(j, "ref", source->ref);
	json_set_text(j, "commit", source->commit);
	return j;
}

static json_t *
inputs_json(const struct inputs *in)
{
	json_t *j = json_object(), *images = json_array(), *dockerfile = json_object();
	AUTO_FREE char *text = base64_encode(in->dockerfile_text);
	AUTO_BUF struct buf canonical = BUF_INIT;
	char key[DIGEST_SIZE];

	buf_init(&canonical, 0);
	inputs_canonical(in, &canonical);
	json_set_text(j, "canonical", canonical.data);
	for (size_t i = 0; i < in->images.n; i++)
		json_array_append_new(images, image_json(&in->images.v[i]));
	json_object_set_new(j, "images", images);
	if (in->remotes.n)
		json_object_set_new(j, "remotes", remotes_json(in));
	json_set_text(dockerfile, "path", in->dockerfile_path);
	json_set_text(dockerfile, "base64", text);
	json_object_set_new(j, "dockerfile", dockerfile);
	if (in->source.url)
		json_object_set_new(j, "source", source_json(&in->source));
	sha256_digest(in->key, key);
	json_set_text(j, "key", key);
	return j;
}

/* Key and text; what is not known is not there. */
static void
set_known(json_t *j, const char *key, const char *value)
{
	if (value)
		json_set_text(j, key, value);
}

static json_t *
parents_json(const struct record *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->nparents; i++) {
		json_t *j = json_object();

		json_set_text(j, "image", r->parents[i].name);
		json_set_text(j, "digest", r->parents[i].digest);
		json_array_append_new(list, j);
	}
	return list;
}

char *
record_text(const struct record *r)
{
	AUTO_JSON json_t *j = json_object();
	json_t *run = json_object();

	json_set_text(j, "schema", LOCKSTEP_RECORD_SCHEMA);
	json_set_text(j, "image", r->image);
	json_set_text(j, "scope", r->scope);
	json_set_text(j, "image_id", r->image_id);
	set_known(j, "before", r->before);
	json_object_set_new(j, "inputs", inputs_json(r->inputs));
	json_object_set_new(j, "parents", parents_json(r));
	json_object_set_new(j, "reasons", reasons_to_json(&r->reasons));
	set_known(j, "builder_kind", r->kind);
	json_set_text(j, "builder", r->builder);
	json_set_text(j, "lockstep", r->version);
	json_set_int(j, "started_ms", r->started_ms);
	json_set_int(j, "ended_ms", r->ended_ms);
	set_known(j, "log", r->log_digest);
	json_set_text(run, "id", r->run);
	json_set_int(run, "started_ms", r->run_ms);
	set_known(run, "commit", r->commit);
	set_known(run, "graph", r->graph);
	set_known(run, "url", r->run_url);
	json_object_set_new(j, "run", run);
	return json_canonical(j);
}

struct reader {
	struct record *r;
	const char *file;
	struct err *err;
	int failed; /* the first mistake is enough: nobody writes records by hand */
};

static void
mistake(struct reader *rd, const char *key, const char *what)
{
	if (!rd->failed)
		rd->failed = err_at(rd->err, rd->file, 0, 0, "%s: %s", key, what);
}

/* "" when it is missing and must not be. */
static const char *
text(struct reader *rd, const json_t *from, const char *key, bool needed)
{
	const char *value = json_get_text(from, key);

	if (!value && (needed || json_object_get(from, key)))
		mistake(rd, key, "is no text");
	if (!value)
		return needed ? "" : NULL;
	return arena_strdup(rd->r->arena, value);
}

static int64_t
number(struct reader *rd, const json_t *from, const char *key)
{
	const json_t *n = json_object_get(from, key);

	if (!json_is_integer(n) || json_integer_value(n) < 0)
		mistake(rd, key, "is no number from 0 on");
	return json_is_integer(n) ? json_integer_value(n) : 0;
}

static const char *
digest(struct reader *rd, const json_t *from, const char *key, bool needed)
{
	const char *value = text(rd, from, key, needed);
	struct sha256 h;

	if (value && !sha256_parse_digest(str_c(value), &h))
		mistake(rd, key, "is no digest");
	return value;
}

static void
read_dockerfile(struct reader *rd, const json_t *j)
{
	struct inputs *in = rd->r->inputs;
	const char *coded = text(rd, j, "base64", true);
	AUTO_BUF struct buf bytes = BUF_INIT;

	buf_init(&bytes, 0);
	in->dockerfile_path = arena_strdup(in->arena, text(rd, j, "path", true));
	if (!base64_decode(str_c(coded), &bytes))
		mistake(rd, "base64", "is no base64");
	in->dockerfile_text = str_c(arena_str(in->arena, buf_str(&bytes)));
	in->dockerfile_text.n = bytes.len;
}

/* The line of an image or an address, where one is said. */
static int
line_of(const json_t *j)
{
	json_int_t line = json_integer_value(json_object_get(j, "line"));

	return line > 0 && line < 1000000 ? (int)line : 0;
}

/* An image is one that the canonical form names; or `why` would tell of a parent that was none. */
static void
read_image(struct reader *rd, const json_t *j)
{
	struct input_image im = { .ref = text(rd, j, "ref", true),
				  .name = text(rd, j, "image", false),
				  .use = text(rd, j, "use", true),
				  .id = digest(rd, j, "id", true),
				  .line = line_of(j) };

	if (im.name && !ref_valid_image_name(str_c(im.name)))
		mistake(rd, "image", "is no name of an image");
	if (!rd->failed)
		inputs_add_image(rd->r->inputs, &im);
}

static void
read_remote(struct reader *rd, const json_t *j)
{
	struct input_remote remote = { text(rd, j, "url", true), text(rd, j, "value", true),
				       line_of(j) };

	if (!rd->failed)
		inputs_add_remote(rd->r->inputs, &remote);
}

static void
read_source(struct reader *rd, const json_t *j)
{
	struct input_source source = { text(rd, j, "git", true), text(rd, j, "ref", true),
				       text(rd, j, "commit", true) };

	if (!lockfile_valid(LOCKFILE_GIT, source.commit))
		mistake(rd, "commit", "of the source is no commit");
	else
		inputs_set_source(rd->r->inputs, &source);
}

static void
read_inputs(struct reader *rd, const json_t *j)
{
	const char *canonical = json_get_text(j, "canonical"), *key = json_get_text(j, "key");
	const json_t *images = json_object_get(j, "images"), *item;
	char made[DIGEST_SIZE];
	size_t i;

	if (!canonical || !key) {
		mistake(rd, "inputs", "has no canonical form, or no key");
		return;
	}
	if (inputs_parse(str_c(canonical), &rd->r->inputs, rd->err)) {
		rd->failed = -ERR_INPUT;
		return;
	}
	sha256_digest(rd->r->inputs->key, made);
	if (strcmp(made, key) != 0)
		mistake(rd, "key", "is not that of the inputs beside it");
	json_array_foreach(images, i, item) read_image(rd, item);
	json_array_foreach(json_object_get(j, "remotes"), i, item) read_remote(rd, item);
	read_dockerfile(rd, json_object_get(j, "dockerfile"));
	if (json_object_get(j, "source"))
		read_source(rd, json_object_get(j, "source"));
}

static void
read_parents(struct reader *rd, const json_t *list)
{
	struct record *r = rd->r;
	const json_t *item;
	size_t i;

	r->parents = arena_calloc(r->arena, json_array_size(list) + 1, sizeof(*r->parents));
	json_array_foreach(list, i, item)
	{
		struct record_parent p = { .name = text(rd, item, "image", true),
					   .digest = digest(rd, item, "digest", true) };

		if (!ref_valid_image_name(str_c(p.name)))
			mistake(rd, "parents", "has what is no name of an image");
		r->parents[r->nparents++] = p;
	}
}

static void
read_run(struct reader *rd, const json_t *run)
{
	struct record *r = rd->r;

	r->run = text(rd, run, "id", true);
	if (!event_valid_id(str_c(r->run)))
		mistake(rd, "id", "is no ULID");
	r->run_ms = number(rd, run, "started_ms");
	r->commit = text(rd, run, "commit", false);
	r->graph = text(rd, run, "graph", false);
	r->run_url = text(rd, run, "url", false);
}

static void
read_record(struct reader *rd, const json_t *j)
{
	struct record *r = rd->r;
	const char *schema = text(rd, j, "schema", true);

	if (strcmp(schema, LOCKSTEP_RECORD_SCHEMA) != 0) {
		mistake(rd, "schema", "is not '" LOCKSTEP_RECORD_SCHEMA "'");
		return;
	}
	r->image = text(rd, j, "image", true);
	if (!ref_valid_image_name(str_c(r->image)))
		mistake(rd, "image", "is no name of an image");
	r->scope = text(rd, j, "scope", true);
	r->image_id = digest(rd, j, "image_id", true);
	r->before = digest(rd, j, "before", false);
	r->reasons = reasons_from_json(r->arena, json_object_get(j, "reasons"));
	r->kind = text(rd, j, "builder_kind", false);
	r->builder = text(rd, j, "builder", true);
	r->version = text(rd, j, "lockstep", true);
	r->started_ms = number(rd, j, "started_ms");
	r->ended_ms = number(rd, j, "ended_ms");
	r->log_digest = digest(rd, j, "log", false);
	read_parents(rd, json_object_get(j, "parents"));
	read_run(rd, json_object_get(j, "run"));
	read_inputs(rd, json_object_get(j, "inputs"));
}

int
record_parse(struct str text, const char *file, struct record **ret, struct err *err)
{
	AUTO_JSON json_t *j = NULL;
	struct reader rd = { .file = file, .err = err };
	int r = json_parse(text, file, &j, err);

	if (r)
		return r;
	rd.r = xcalloc(1, sizeof(*rd.r));
	rd.r->arena = arena_new();
	read_record(&rd, j);
	if (rd.failed) {
		record_free(rd.r);
		return rd.failed;
	}
	*ret = rd.r;
	return 0;
}

void
record_free(struct record *r)
{
	if (!r)
		return;
	if (r->arena)
		inputs_free(r->inputs);
	arena_free(r->arena);
	free(r);
}
