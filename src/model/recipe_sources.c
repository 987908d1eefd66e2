/* SPDX-License-Identifier: Apache-2.0 */
/* recipe_sources.c: the sources of COPY and ADD: patterns, addresses, git repositories. */
#include "model/recipe_priv.h"

#include "base/path.h"
#include "model/glob.h"

/* What the sources of one instruction have in common. */
struct sources {
	struct recipe_eval *e;
	size_t stage;
	const struct df_ins *ins;
	const char **excludes;
	size_t nexcludes;
	size_t n; /* sources of which one has to match */
	size_t part;
	bool parents;
	bool containers, classic, buildkit;
};

int
recipe_context_path(const struct recipe_impl *r, const char *path, const char **ret,
		    struct err *err)
{
	AUTO_FREE char *below = xasprintf("/%s", path);
	AUTO_FREE char *rooted = path_clean(str_c(below));
	AUTO_FREE char *relative = path_clean(str_c(path + (*path == '/')));

	if (r->pub.opts.dialect == DIALECT_CLASSIC && path_escapes(str_c(relative))) {
		int status = err_set(err, ERR_INPUT, "'%s' lies outside the context", path);

		err_hint(err, "only files below the context can be copied");
		return status;
	}
	/* Nothing is above the context for the others. */
	*ret = rooted[1] ? arena_strdup(r->arena, rooted + 1) : ".";
	return 0;
}

/* Docker's builders take a pattern as a path when all its metacharacters are escaped. */
static bool
has_wildcard(const char *s)
{
	for (; *s; s++) {
		if (strchr("*?[", *s))
			return true;
		if (*s == '\\' && !*++s)
			return false;
	}
	return false;
}

/* With --parents a component "**" matches folders at any depth: what lies below the components
 * before it is read. */
static const char *
before_stars(struct arena *arena, const char *pattern)
{
	struct str rest = str_c(pattern), part;

	while (str_next(&rest, '/', &part)) {
		if (!memmem(part.p, part.n, "**", 2))
			continue;
		if (part.p == pattern)
			return ".";
		return arena_str(arena, str_sub(str_c(pattern), 0, (size_t)(part.p - pattern) - 1));
	}
	return pattern;
}

static int
add_path(const struct sources *x, const char *text, const char *written, struct err *err)
{
	struct recipe_impl *r = x->e->r;
	struct recipe_read read = {
		.kind = x->ins->kw == DF_ADD ? RECIPE_READ_ADD : RECIPE_READ_COPY,
		.written = written,
		.excludes = x->excludes,
		.nexcludes = x->nexcludes,
		.onbuild = recipe_is_trigger(r, x->stage, x->ins),
		.line = recipe_line(r, x->stage, x->ins),
		.stage = r->work[x->stage].number,
		.part = x->part,
	};
	int status = recipe_context_path(r, text, &read.pattern, err);

	if (status < 0)
		return status;
	if (x->parents && has_wildcard(read.pattern)) {
		read.may_be_missing = true;
		read.pattern = before_stars(r->arena, read.pattern);
	}
	read.glob = x->containers ? glob_has_meta(str_c(read.pattern)) : has_wildcard(read.pattern);
	if (read.glob && !glob_valid(str_c(read.pattern))) {
		status = err_set(err, ERR_INPUT, "malformed pattern '%s'", text);
		err_hint(err, "close the '[', or write '\\\\[' for the character itself");
		return status;
	}
	/* buildkit copies nothing then; the others want one of several to match. */
	if (read.glob && (x->buildkit || x->n > 1))
		read.may_be_missing = true;
	vec_push(&x->e->reads, read);
	return 0;
}

static bool
is_url(const char *s)
{
	return !strncmp(s, "http://", 7) || !strncmp(s, "https://", 8);
}

/* user@host:path, as ssh has it. */
static bool
is_scp(const char *s)
{
	static const char name[] = "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
	size_t user = strspn(s, name), host;

	if (!user || s[user] != '@')
		return false;
	s += user + 1;
	host = strspn(s, name);
	return host && s[host] == ':' && s[host + 1];
}

static bool
is_git(const char *s)
{
	struct str path;

	if (!is_url(s))
		return !strncmp(s, "git://", 6) || !strncmp(s, "ssh://", 6) || is_scp(s);
	path = str_sub(str_c(s), 0, strcspn(s, "?#"));
	return str_ends(path, STR_LIT(".git"));
}

/* The query of a git address may say that the history is kept. Newer BuildKits take references and
 * folders from it as well: which commit would be locked is then not the one that is built. */
static int
read_git_query(const char *url, bool *ret_keep, struct err *err)
{
	const char *query = strchr(url, '?');
	struct str rest, part;
	int r;

	*ret_keep = false;
	rest = query ? str_sub(str_c(query + 1), 0, strcspn(query + 1, "#")) : STR_NULL;
	while (str_next(&rest, '&', &part)) {
		if (str_eq_c(part, "keep-git-dir") || str_eq_c(part, "keep-git-dir=1") ||
		    str_eq_c(part, "keep-git-dir=true")) {
			*ret_keep = true;
		} else if (part.n && !str_starts(part, STR_LIT("keep-git-dir="))) {
			r = err_set(err, ERR_INPUT, "'%.*s' in the address of a git repository",
				    STR_FMT(part));
			err_hint(err, "write ADDRESS#REF or ADDRESS#REF:FOLDER");
			return r;
		}
	}
	return 0;
}

/* ADD --keep-git-dir, or keep-git-dir in the address's query. */
static int
keeps_git(const struct df_ins *ins, const char *url, bool *ret, struct err *err)
{
	const char *flag = df_flag_get(ins, "keep-git-dir");
	int r = read_git_query(url, ret, err);

	if (!r && flag)
		*ret = !str_ieq_c(str_c(flag), "false");
	return r;
}

/* A password would be read by all who see the build's log and record. */
static int
check_address(const char *url, struct err *err)
{
	const char *scheme = strstr(url, "://");
	struct str place;
	const char *at;
	int r;

	if (!scheme)
		return 0; /* user@host:path holds no password */
	place = str_sub(str_c(scheme + 3), 0, strcspn(scheme + 3, "/?#"));
	if (!place.n)
		return err_set(err, ERR_INPUT, "'%s' names no host", url);
	at = memrchr(place.p, '@', place.n);
	/* For ssh a name says who one is, for http it is half of a login. */
	if (!at || (!is_url(url) && !memchr(place.p, ':', (size_t)(at - place.p))))
		return 0;
	r = err_set(err, ERR_INPUT, "the address on '%.*s' holds a name or a password",
		    (int)(place.p + place.n - at - 1), at + 1);
	err_hint(err, "leave it out; what needs a login is downloaded by a RUN that has a secret");
	return r;
}

static int
add_remote(const struct sources *x, const char *url, bool git, size_t word, struct err *err)
{
	struct recipe_impl *r = x->e->r;
	struct recipe_remote remote = {
		.url = url,
		.git = git,
		.ins = x->ins,
		.word = word,
		.onbuild = recipe_is_trigger(r, x->stage, x->ins),
		.line = recipe_line(r, x->stage, x->ins),
		.stage = r->work[x->stage].number,
	};
	const char *checksum = df_flag_get(x->ins, "checksum");
	struct recipe_text text;
	int status = check_address(url, err);

	if (!status && x->ins->kw == DF_COPY) {
		status = err_set(err, ERR_INPUT, "'%s' is no file of the context", url);
		err_hint(err, "use ADD");
		return status;
	}
	if (!status && git)
		status = keeps_git(x->ins, url, &remote.keep_git, err);
	if (status)
		return status;
	if (checksum) {
		status = recipe_expand(r, &x->e->scopes->stages[x->stage], checksum, &text, err);
		if (status < 0)
			return status;
		remote.checksum = text.text;
	}
	if (x->containers && !remote.onbuild) {
		const char *name;

		if (x->ins->nheredocs)
			return err_set(err, ERR_INPUT,
				       "a heredoc and an address in one instruction");
		status = recipe_download_name(r, url, &name, err);
		if (status < 0)
			return status;
		remote.staged = arena_printf(r->arena, "%zu/%s", x->e->remotes.n, name);
	}
	vec_push(&x->e->remotes, remote);
	return 0;
}

static int
add_source(const struct sources *x, const char *text, size_t word, struct err *err)
{
	/* Docker's old builder and buildah 1.28 read no git repositories. */
	if (x->buildkit && is_git(text))
		return add_remote(x, text, true, word, err);
	if (is_url(text))
		return add_remote(x, text, false, word, err);
	return add_path(x, text, x->ins->words[word], err);
}

static bool
is_address(const struct sources *x, const struct recipe_text *text)
{
	return text->known && (is_url(text->text) || (x->buildkit && is_git(text->text)));
}

/*
 * buildah looks at its paths apart from the addresses: that one of those is there does not help a
 * pattern that matches nothing. What is downloaded for it stands in an instruction of its own, and
 * so do the paths before and behind (recipe_add_part()).
 */
static void
begin_part(struct sources *x, const struct recipe_texts *texts, size_t from)
{
	bool whole = recipe_is_trigger(x->e->r, x->stage, x->ins);

	if (!x->containers || (from && (whole || !is_address(x, &texts->v[from - 1]))))
		return;
	x->part = from;
	x->n = 0;
	for (size_t i = from; i + 1 < texts->n; i++) {
		bool address = is_address(x, &texts->v[i]);

		if (address && !whole)
			return;
		x->n += !address;
	}
}

static void
take_excludes(struct sources *x)
{
	x->excludes = arena_calloc(x->e->r->arena, x->ins->nflags, sizeof(*x->excludes));
	for (size_t i = 0; i < x->ins->nflags; i++)
		if (!strcmp(x->ins->flags[i].name, "exclude") && x->ins->flags[i].value)
			x->excludes[x->nexcludes++] = x->ins->flags[i].value;
}

int
recipe_read_sources(struct recipe_eval *e, size_t stage, const struct df_ins *ins,
		    const struct recipe_texts *texts, struct err *err)
{
	enum dialect d = e->r->pub.opts.dialect;
	const char *from = df_flag_get(ins, "from");
	const char *parents = df_flag_get(ins, "parents");
	struct sources x = {
		.e = e,
		.stage = stage,
		.ins = ins,
		.n = texts->n - 1,
		.parents = parents && !str_ieq_c(str_c(parents), "false"),
		.containers = d == DIALECT_CONTAINERS,
		.classic = d == DIALECT_CLASSIC,
		.buildkit = d == DIALECT_BUILDKIT,
	};
	int status = 0;

	if (texts->n < 2)
		return err_set(err, ERR_INPUT, "a source and a destination are needed");
	if (ins->kw == DF_COPY && from && *from)
		return 0;
	take_excludes(&x);
	for (size_t i = 0; i + 1 < texts->n && status == 0; i++) {
		begin_part(&x, texts, i);
		if (ins->nheredocs && df_heredoc_of(ins, ins->words[i]))
			continue;
		if (!texts->v[i].known)
			recipe_widen(e, stage, "env-unknown", recipe_line(e->r, stage, ins));
		else
			status = add_source(&x, texts->v[i].text, i, err);
	}
	return status;
}
