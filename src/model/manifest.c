/* SPDX-License-Identifier: Apache-2.0 */
/* manifest.c: manifests and indexes of the OCI image specification, and docker's of the same shape. */
#include "model/manifest.h"

#include "base/sha256.h"

ENUM_DEFINE(manifest_type, MANIFEST_TYPE_LIST);

/* More than any registry would take within MAX_MANIFEST. */
#define ITEMS_MAX 65536

static int
wrong(struct err *err, const char *file, const char *what)
{
	return err_set(err, ERR_INPUT, "'%s': %s", file, what);
}

static void
read_platform(const json_t *j, struct manifest_item *item)
{
	const char *os = json_get_text(j, "os"), *arch = json_get_text(j, "architecture");
	const char *variant = json_get_text(j, "variant");
	AUTO_FREE char *text = NULL;

	if (!os || !arch || !*os || !*arch || strchr(os, '/') || strchr(arch, '/'))
		return;
	text = xasprintf("%s/%s%s%s", os, arch, variant && *variant ? "/" : "",
			 variant ? variant : "");
	/* One that is no platform to us is not the one that is looked for. */
	item->has_platform = platform_parse(str_c(text), &item->platform, NULL) == 0;
}

static int
read_item(const json_t *j, const char *file, struct manifest_item *ret, struct err *err)
{
	const json_t *size = json_object_get(j, "size");
	struct sha256 digest;

	ret->digest = json_get_text(j, "digest");
	ret->media_type = json_get_text(j, "mediaType");
	ret->artifact_type = json_get_text(j, "artifactType");
	if (!ret->digest || !sha256_parse_digest(str_c(ret->digest), &digest))
		return wrong(err, file, "a descriptor has no SHA-256 digest");
	if (!ret->media_type)
		return wrong(err, file, "a descriptor has no media type");
	if (!json_is_integer(size) || json_integer_value(size) < 0)
		return wrong(err, file, "a descriptor has no size");
	ret->size = (uint64_t)json_integer_value(size);
	ret->annotations = json_object_get(j, "annotations");
	if (!json_is_object(ret->annotations))
		ret->annotations = NULL;
	read_platform(json_object_get(j, "platform"), ret);
	return 0;
}

static int
read_items(struct manifest *m, const char *key, const char *file, struct err *err)
{
	const json_t *list = json_object_get(m->json, key);
	size_t n = json_array_size(list);

	if (!json_is_array(list))
		return err_set(err, ERR_INPUT, "'%s': it has no list of %s", file, key);
	if (n > ITEMS_MAX)
		return wrong(err, file, "it lists too much");
	m->items = xcalloc(n ? n : 1, sizeof(*m->items));
	for (m->nitems = 0; m->nitems < n; m->nitems++) {
		int r = read_item(json_array_get(list, m->nitems), file, &m->items[m->nitems], err);

		if (r)
			return r;
	}
	return 0;
}

/* What the document says it is, else what the server says; they must not contradict. */
static int
find_type(struct manifest *m, struct str said, const char *file, struct err *err)
{
	const char *own = json_get_text(m->json, "mediaType");
	bool known = own && manifest_type_parse(str_c(own), &m->type);
	enum manifest_type served;

	said = str_trim(str_sub(said, 0, str_find(said, ';')), " \t");
	if (json_integer_value(json_object_get(m->json, "schemaVersion")) != 2)
		return wrong(err, file, "it is no manifest of schema version 2");
	if (own && !known)
		return err_set(err, ERR_INPUT, "'%s': '%s' is no media type of an image", file,
			       own);
	if (manifest_type_parse(said, &served)) {
		if (known && served != m->type)
			return err_set(err, ERR_INPUT, "'%s': served as '%.*s', but it is '%s'",
				       file, STR_FMT(said), own);
		m->type = served;
		known = true;
	}
	if (known)
		return 0;
	/* OCI documents need not say it, and not every server does. */
	if (said.n && !str_eq_c(said, "application/json"))
		return err_set(err, ERR_INPUT, "'%s': '%.*s' is no media type of an image", file,
			       STR_FMT(said));
	m->type = json_object_get(m->json, "manifests") ? MANIFEST_OCI_INDEX : MANIFEST_OCI_IMAGE;
	return 0;
}

static int
read_all(struct manifest *m, struct str said, const char *file, struct err *err)
{
	const json_t *subject;
	struct sha256 digest;
	int r;

	if (!json_is_object(m->json))
		return wrong(err, file, "it is no JSON object");
	r = find_type(m, said, file, err);
	if (r)
		return r;
	m->is_index = m->type == MANIFEST_OCI_INDEX || m->type == MANIFEST_DOCKER_LIST;
	/* A document that can be read both ways would be one thing here and another elsewhere. */
	if (json_object_get(m->json, m->is_index ? "layers" : "manifests"))
		return wrong(err, file, "it is a manifest and an index at once");
	m->artifact_type = json_get_text(m->json, "artifactType");
	subject = json_object_get(m->json, "subject");
	m->subject = json_get_text(subject, "digest");
	if (subject && (!m->subject || !sha256_parse_digest(str_c(m->subject), &digest)))
		return wrong(err, file, "its subject has no SHA-256 digest");
	if (!m->is_index)
		r = read_item(json_object_get(m->json, "config"), file, &m->config, err);
	return r ? r : read_items(m, m->is_index ? "manifests" : "layers", file, err);
}

int
manifest_parse(struct str json, const char *media_type, const char *file, struct manifest **ret,
	       struct err *err)
{
	struct manifest *m = xcalloc(1, sizeof(*m));
	int r = json_parse(json, file, &m->json, err);

	if (!r)
		r = read_all(m, str_c(media_type ? media_type : ""), file, err);
	if (r) {
		manifest_free(m);
		return r;
	}
	*ret = m;
	return 0;
}

void
manifest_free(struct manifest *m)
{
	if (!m)
		return;
	json_decref(m->json);
	free(m->items);
	free(m);
}

const struct manifest_item *
manifest_choose(const struct manifest *index, const struct platform *platform)
{
	const struct manifest_item *near = NULL;

	for (size_t i = 0; i < index->nitems; i++) {
		const struct manifest_item *item = &index->items[i];
		const struct platform *p = &item->platform;

		if (!item->has_platform)
			continue;
		if (platform_eq(p, platform))
			return item;
		if (near || strcmp(p->os, platform->os) != 0 ||
		    strcmp(p->arch, platform->arch) != 0)
			continue;
		if (!*p->variant || !*platform->variant)
			near = item;
	}
	return near;
}
