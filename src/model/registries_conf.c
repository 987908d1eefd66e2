/* SPDX-License-Identifier: Apache-2.0 */
/* registries_conf.c: what registries.conf says of mirrors and of registries without TLS. */
#include "model/registries_conf.h"

#include "model/toml.h"

/* Each is compared with each. */
#define ENTRIES_MAX 1000

struct mirror {
	const char *location;
	bool insecure, digests, tags;
};

struct entry {
	const char *prefix;
	const char *location; /* "": as the reference says */
	bool insecure, blocked;
	struct mirror *mirrors;
	size_t nmirrors;
};

struct registries_conf {
	struct arena *arena;
	VEC(struct entry) entries;
};

struct registries_conf *
registries_conf_new(void)
{
	struct registries_conf *conf = xcalloc(1, sizeof(*conf));

	conf->arena = arena_new();
	return conf;
}

void
registries_conf_free(struct registries_conf *conf)
{
	if (!conf)
		return;
	vec_fini(&conf->entries);
	arena_free(conf->arena);
	free(conf);
}

/* host[:port][/path], perhaps "*.host", without what would end up elsewhere in a URL. */
static bool
valid_location(struct str s, bool prefix)
{
	struct str host;

	if (prefix && str_starts(s, STR_LIT("*.")))
		s = str_sub(s, 2, s.n);
	host = str_sub(s, 0, str_find(s, '/'));
	/* A single word is a path to the grammar of references, and a host here. */
	if (host.n == s.n && str_find(s, '.') == s.n && str_find(s, ':') == s.n)
		return ref_valid_image_name(s);
	/* A prefix may name one image, too; what does not fit the grammar matches nothing. */
	return ref_valid_repository(host) && (host.n == s.n || s.n < 1024);
}

static int
read_text(const json_t *table, const char *key, const char *file, const char **ret, struct err *err)
{
	const json_t *j = json_object_get(table, key);

	if (j && !json_is_string(j))
		return err_set(err, ERR_INPUT, "'%s': '%s' must be text", file, key);
	*ret = j ? json_string_value(j) : "";
	return 0;
}

static int
read_bool(const json_t *table, const char *key, const char *file, bool *ret, struct err *err)
{
	const json_t *j = json_object_get(table, key);

	if (j && !json_is_boolean(j))
		return err_set(err, ERR_INPUT, "'%s': '%s' must be true or false", file, key);
	*ret = json_is_true(j);
	return 0;
}

/* Keeps it without slashes at its end. */
static int
read_location(struct registries_conf *conf, const json_t *table, const char *key, const char *file,
	      const char **ret, struct err *err)
{
	const char *text = "";
	struct str s;
	int r = read_text(table, key, file, &text, err);

	if (r)
		return r;
	s = str_c(text);
	while (s.n && s.p[s.n - 1] == '/')
		s.n--;
	if (s.n && !valid_location(s, !strcmp(key, "prefix")))
		return err_set(err, ERR_INPUT, "'%s': %s '%s' is no host[:port][/path]", file, key,
			       text);
	*ret = arena_str(conf->arena, s);
	return 0;
}

static int
read_mirror(struct registries_conf *conf, const json_t *table, const char *file, struct mirror *ret,
	    struct err *err)
{
	const char *pull = "";
	int r = read_location(conf, table, "location", file, &ret->location, err);

	if (!r)
		r = read_bool(table, "insecure", file, &ret->insecure, err);
	if (!r)
		r = read_text(table, "pull-from-mirror", file, &pull, err);
	if (r)
		return r;
	ret->digests = !*pull || !strcmp(pull, "all") || !strcmp(pull, "digest-only");
	ret->tags = !*pull || !strcmp(pull, "all") || !strcmp(pull, "tag-only");
	if (!*ret->location)
		return err_set(err, ERR_INPUT, "'%s': a mirror has no location", file);
	if (!ret->digests && !ret->tags)
		return err_set(err, ERR_INPUT,
			       "'%s': pull-from-mirror '%s' is none of all, digest-only, tag-only",
			       file, pull);
	return 0;
}

static int
read_mirrors(struct registries_conf *conf, const json_t *table, const char *file, struct entry *e,
	     struct err *err)
{
	const json_t *list = json_object_get(table, "mirror");
	size_t n = json_array_size(list);
	bool by_digest = false;
	int r = read_bool(table, "mirror-by-digest-only", file, &by_digest, err);

	if (r)
		return r;
	if (list && !json_is_array(list))
		return err_set(err, ERR_INPUT, "'%s': mirrors are written [[registry.mirror]]",
			       file);
	e->mirrors = arena_calloc(conf->arena, n, sizeof(*e->mirrors));
	for (size_t i = 0; i < n; i++) {
		r = read_mirror(conf, json_array_get(list, i), file, &e->mirrors[i], err);
		if (r)
			return r;
		if (by_digest)
			e->mirrors[i].tags = false;
	}
	e->nmirrors = n;
	return 0;
}

static struct entry *
find_entry(struct registries_conf *conf, const char *prefix)
{
	for (size_t i = 0; i < conf->entries.n; i++)
		if (!strcmp(conf->entries.v[i].prefix, prefix))
			return &conf->entries.v[i];
	return NULL;
}

static void
put_entry(struct registries_conf *conf, struct entry e)
{
	struct entry *old = find_entry(conf, e.prefix);

	if (old)
		*old = e;
	else
		vec_push(&conf->entries, e);
}

static int
read_entry(struct registries_conf *conf, const json_t *table, const char *file, struct err *err)
{
	struct entry e = { 0 };
	int r = read_location(conf, table, "prefix", file, &e.prefix, err);

	if (!r)
		r = read_location(conf, table, "location", file, &e.location, err);
	if (!r)
		r = read_bool(table, "insecure", file, &e.insecure, err);
	if (!r)
		r = read_bool(table, "blocked", file, &e.blocked, err);
	if (!r)
		r = read_mirrors(conf, table, file, &e, err);
	if (r)
		return r;
	if (!*e.prefix)
		e.prefix = e.location;
	if (!*e.prefix)
		return err_set(err, ERR_INPUT, "'%s': a registry has no location", file);
	put_entry(conf, e);
	return 0;
}

/* Version 1: [registries.insecure] registries = ["host"]. */
static void
read_old_list(struct registries_conf *conf, const json_t *root, const char *name)
{
	const json_t *all = json_object_get(root, "registries");
	const json_t *list = json_object_get(json_object_get(all, name), "registries");
	size_t i;
	const json_t *j;

	json_array_foreach(list, i, j)
	{
		struct str host = str_c(json_string_value(j));
		struct entry e = { .location = "" }, *old;

		if (!host.n || !valid_location(host, false))
			continue;
		e.prefix = arena_str(conf->arena, host);
		old = find_entry(conf, e.prefix);
		if (old)
			e = *old;
		e.insecure |= !strcmp(name, "insecure");
		e.blocked |= !strcmp(name, "block");
		put_entry(conf, e);
	}
}

int
registries_conf_add(struct registries_conf *conf, struct str text, const char *file,
		    struct err *err)
{
	AUTO_JSON json_t *root = NULL;
	const json_t *list;
	int r = toml_parse(text, file, &root, err);

	if (r)
		return r;
	list = json_object_get(root, "registry");
	if (list && !json_is_array(list))
		return err_set(err, ERR_INPUT, "'%s': registries are written [[registry]]", file);
	if (json_array_size(list) > ENTRIES_MAX)
		return err_set(err, ERR_INPUT, "'%s': more than %d registries", file, ENTRIES_MAX);
	for (size_t i = 0; i < json_array_size(list); i++) {
		r = read_entry(conf, json_array_get(list, i), file, err);
		if (r)
			return r;
	}
	read_old_list(conf, root, "insecure");
	read_old_list(conf, root, "block");
	return 0;
}

/* Bytes of the reference that the prefix covers, or 0. */
static size_t
covers(const char *prefix, struct str text)
{
	struct str host = str_sub(text, 0, str_find(text, '/'));
	size_t n = strlen(prefix);

	if (str_starts(str_c(prefix), STR_LIT("*."))) {
		host = str_sub(host, 0, str_find(host, ':'));
		return str_ends(host, str_c(prefix + 1)) ? host.n : 0;
	}
	if (!str_starts(text, str_c(prefix)))
		return 0;
	/* "reg.io/a" is no prefix of "reg.io/ab". */
	return n == text.n || strchr("/:@", text.p[n]) ? n : 0;
}

static const struct entry *
best_entry(const struct registries_conf *conf, const char *text, size_t *ret_covered)
{
	const struct entry *best = NULL;

	for (size_t i = 0; i < conf->entries.n; i++) {
		const struct entry *e = &conf->entries.v[i];
		size_t covered = covers(e->prefix, str_c(text));

		if (!covered || (best && strlen(e->prefix) <= strlen(best->prefix)))
			continue;
		best = e;
		*ret_covered = covered;
	}
	return best;
}

static struct registries_place
place_of(struct arena *arena, const char *location, const struct ref *ref, size_t covered,
	 bool insecure)
{
	/* A prefix may be as long as the whole reference; what is left is of the name only. */
	const char *rest = covered < strlen(ref->name) ? ref->name + covered : "";
	const char *whole = arena_printf(arena, "%s%s", location, rest);
	size_t slash = str_find(str_c(whole), '/');

	return (struct registries_place){
		.domain = arena_str(arena, str_sub(str_c(whole), 0, slash)),
		.path = whole[slash] ? whole + slash + 1 : "",
		.insecure = insecure,
	};
}

int
registries_conf_places(const struct registries_conf *conf, struct arena *arena,
		       const struct ref *ref, struct registries_place **ret, size_t *ret_n,
		       struct err *err)
{
	const char *text = ref_text(arena, ref);
	size_t covered = 0, n = 0;
	const struct entry *e = best_entry(conf, text, &covered);
	struct registries_place *places =
		arena_calloc(arena, e ? e->nmirrors + 1 : 1, sizeof(*places));

	if (e && e->blocked)
		return err_set(err, ERR_REFUSED, "registries.conf blocks '%s'", e->prefix);
	for (size_t i = 0; e && i < e->nmirrors; i++) {
		const struct mirror *m = &e->mirrors[i];

		if (!(ref->digest ? m->digests : m->tags))
			continue;
		places[n] = place_of(arena, m->location, ref, covered, m->insecure);
		/* What leaves no repository to ask for is a mirror of something else. */
		places[n].mirror = true;
		if (ref_valid_image_name(str_c(places[n].path)))
			n++;
	}
	places[n] = (struct registries_place){ .domain = ref->domain,
					       .path = ref->path,
					       .insecure = e && e->insecure };
	if (e && *e->location && strcmp(e->location, e->prefix) != 0)
		places[n] = place_of(arena, e->location, ref, covered, e->insecure);
	if (!ref_valid_image_name(str_c(places[n].path)))
		return err_set(err, ERR_INPUT,
			       "registries.conf moves '%s' to '%s', which names no "
			       "repository",
			       ref->name, e->location);
	*ret = places;
	*ret_n = n + 1;
	return 0;
}

bool
registries_conf_insecure(const struct registries_conf *conf, const struct ref *ref)
{
	struct arena *AUTO_ARENA arena = arena_new();
	size_t covered;
	const struct entry *e = best_entry(conf, ref_text(arena, ref), &covered);

	return e && e->insecure;
}
