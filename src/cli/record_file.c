/* SPDX-License-Identifier: Apache-2.0 */
/* record_file.c: tells records from reports, and finds the record in a report. */
#include "cli/record_file.h"

#include "base/file.h"
#include "lockstep/formats.h"

#include <fcntl.h>

/* Of whatever it is, if it is JSON. */
static int
read_json(const char *path, json_t **ret, struct err *err)
{
	AUTO_BUF struct buf text = BUF_INIT;
	int r;

	buf_init(&text, 0);
	r = file_read(AT_FDCWD, path, MAX_JSON_FILE, &text, err);
	return r ? r : json_parse(buf_str(&text), path, ret, err);
}

static bool
is_report(const json_t *j)
{
	const char *schema = json_get_text(j, "schema");

	return schema && !strcmp(schema, LOCKSTEP_REPORT_SCHEMA);
}

static const json_t *
find(const json_t *report, const char *name)
{
	const json_t *images = json_object_get(report, "images"), *item;
	const char *has;
	size_t i;

	json_array_foreach(images, i, item)
	{
		has = json_get_text(item, "image");
		if (has && !strcmp(has, name))
			return item;
	}
	return NULL;
}

/* Names of the images that were built; returns how many. */
static size_t
list_built(const json_t *report, struct buf *names, const json_t **ret_last)
{
	const json_t *images = json_object_get(report, "images"), *item;
	size_t i, n = 0;

	json_array_foreach(images, i, item)
	{
		const char *name = json_get_text(item, "image");

		if (!name || !json_is_object(json_object_get(item, "record")))
			continue;
		buf_addf(names, "%s%s", n++ ? ", " : "", name);
		*ret_last = item;
	}
	return n;
}

static int
refuse_none(const char *path, struct err *err)
{
	err_set(err, ERR_USAGE, "'%s' holds no record: nothing was built in that job", path);
	err_hint(err, "what was up to date is in the report of the job that built it, and in the "
		      "registry: lockstep reproduce IMAGE");
	return -ERR_USAGE;
}

static int
refuse_image(const char *path, const char *name, const json_t *found, const struct buf *built,
	     struct err *err)
{
	const char *state = json_get_text(found, "state"), *digest = json_get_text(found, "digest");

	if (!found) {
		err_set(err, ERR_USAGE, "'%s' is the report of a job without an image '%s'", path,
			name);
		err_hint(err, "it built %s", built->data);
		return -ERR_USAGE;
	}
	err_set(err, ERR_USAGE, "'%s' holds no record of image '%s': in that job it was '%s'", path,
		name, state ? state : "?");
	if (digest)
		err_hint(err,
			 "the report of the job that built it has its record, and so has the "
			 "registry: lockstep reproduce %s@%s",
			 name, digest);
	else
		err_hint(err, "it built %s", built->data);
	return -ERR_USAGE;
}

/* The image's entry, which has a record. */
static int
choose(const json_t *report, const char *path, const char *name, const json_t **ret,
       struct err *err)
{
	AUTO_BUF struct buf built = BUF_INIT;
	const json_t *found = NULL;
	size_t n;

	buf_init(&built, 0);
	n = list_built(report, &built, &found);
	if (!n)
		return refuse_none(path, err);
	if (!name && n > 1)
		return err_set(err, ERR_USAGE,
			       "'%s' holds the records of %zu images: say which: %s", path, n,
			       built.data);
	if (name)
		found = find(report, name);
	if (!json_is_object(json_object_get(found, "record")))
		return refuse_image(path, name, found, &built, err);
	*ret = found;
	return 0;
}

int
record_file_read(const char *path, const char *image, struct record **ret, struct err *err)
{
	AUTO_JSON json_t *j = NULL;
	AUTO_FREE char *text = NULL;
	AUTO_RECORD struct record *record = NULL;
	const json_t *found = NULL;
	int r = read_json(path, &j, err);

	if (r)
		return r;
	if (is_report(j)) {
		r = choose(j, path, image, &found, err);
		if (r)
			return r;
		text = json_canonical(json_object_get(found, "record"));
	} else {
		text = json_canonical(j);
	}
	r = record_parse(str_c(text), path, &record, err);
	if (!r && image && strcmp(image, record->image) != 0)
		return err_set(err, ERR_USAGE, "'%s' is the record of image '%s', not of '%s'",
			       path, record->image, image);
	if (!r)
		*ret = STEAL(record);
	return r;
}

bool
record_file_has(const char *path, const char *image, const char *image_id)
{
	AUTO_JSON json_t *j = NULL;
	AUTO_ERR struct err ignored = ERR_INIT; /* it is asked for a hint */
	const char *id;

	if (read_json(path, &j, &ignored) || !is_report(j))
		return false;
	id = json_get_text(json_object_get(find(j, image), "record"), "image_id");
	return id && !strcmp(id, image_id);
}
