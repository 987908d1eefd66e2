/* SPDX-License-Identifier: Apache-2.0 */
/* bump.c: from the flags of bump to its pins. */
#include "cli/bump.h"

#include "base/file.h"
#include "base/path.h"
#include "io/git.h"
#include "io/git_files.h"
#include "model/glob.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define READ_STEP (64u << 10)

static int
read_stdin(struct buf *ret, struct err *err)
{
	for (;;) {
		ssize_t n = read(STDIN_FILENO, buf_reserve(ret, READ_STEP), READ_STEP);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, "cannot read standard input");
		if (!n)
			return 0;
		ret->len += (size_t)n;
		if (ret->len > MAX_EVENT_FILE)
			return err_set(err, ERR_INPUT, "the event is larger than %u bytes",
				       MAX_EVENT_FILE);
	}
}

static int
read_event_file(struct session *s, const char *path, struct bump *b, struct err *err)
{
	bool from_stdin = !strcmp(path, "-");
	AUTO_BUF struct buf text = BUF_INIT;
	int r;

	buf_init(&text, 0);
	r = from_stdin ? read_stdin(&text, err)
		       : file_read(AT_FDCWD, path, MAX_EVENT_FILE, &text, err);
	if (r)
		return r;
	b->event = event_parse(buf_str(&text), from_stdin ? "<stdin>" : path, &s->errs);
	return b->event ? 0 : -ERR_INPUT;
}

/* The whole file is GitHub's; what was dispatched is its client_payload. */
static int
read_github_event(struct session *s, struct bump *b, struct err *err)
{
	const char *path = getenv("GITHUB_EVENT_PATH");
	AUTO_JSON json_t *all = NULL;
	AUTO_BUF struct buf text = BUF_INIT;
	const json_t *payload;
	int r;

	if (!path || !*path)
		return err_set(err, ERR_USAGE, "--github-event: GITHUB_EVENT_PATH is not set");
	buf_init(&text, 0);
	r = file_read(AT_FDCWD, path, MAX_JSON_FILE, &text, err);
	if (!r)
		r = json_parse(buf_str(&text), path, &all, err);
	if (r)
		return r;
	payload = json_object_get(all, "client_payload");
	if (!payload)
		return err_set(err, ERR_INPUT,
			       "'%s' has no client_payload: it is no "
			       "repository_dispatch",
			       path);
	b->event = event_from_json(payload, path, &s->errs);
	return b->event ? 0 : -ERR_INPUT;
}

static bool
names_version(const struct pin_want *w)
{
	for (size_t i = 0; i < w->images.n; i++)
		if (w->images.v[i].tag || w->images.v[i].digest)
			return true;
	return false;
}

static int
read_want(struct session *s, const struct bump_flags *f, struct bump *b, struct err *err)
{
	int r = 0;

	if ((f->event != NULL) + f->github_event + (f->images->n > 0) > 1)
		return err_set(err, ERR_USAGE,
			       "--event, --github-event and --image exclude each other");
	if (f->event)
		r = read_event_file(s, f->event, b, err);
	else if (f->github_event)
		r = read_github_event(s, b, err);
	if (r)
		return r;
	if (b->event && f->group && strcmp(f->group, b->event->group) != 0)
		return err_set(err, ERR_INPUT, "the event is of group '%s', not '%s'",
			       b->event->group, f->group);
	if (b->event)
		return pin_want_event(&b->want, b->event, err);
	for (size_t i = 0; !r && i < f->images->n; i++)
		r = pin_want_text(&b->want, f->images->v[i], err);
	if (r)
		return r;
	if (!f->list && !f->check && !names_version(&b->want)) {
		err_set(err, ERR_USAGE, "no version is wanted of any image");
		err_hint(err,
			 "--event FILE, --github-event or --image NAME=TAG; --list and --check "
			 "need none");
		return -ERR_USAGE;
	}
	if (f->images->n)
		return 0;
	r = session_graph(s, err);
	return r ? r : pin_want_graph(&b->want, s->project->graph, err);
}

/* Paths are named from the folder that --repo names. */
static int
read_paths(const struct bump_flags *f, const char *dir, struct bump *b, struct err *err)
{
	size_t n = strlen(b->top);
	const char *prefix = !strncmp(dir, b->top, n) && dir[n] == '/' ? dir + n + 1 : ".";

	for (size_t i = 0; i < f->paths->n; i++) {
		AUTO_FREE char *path = path_join(prefix, f->paths->v[i]);

		if (path_is_abs(str_c(path)) || path_escapes(str_c(path)))
			return err_set(err, ERR_USAGE, "--path: '%s' leaves the repository",
				       f->paths->v[i]);
		vec_push(&b->paths, arena_strdup(b->want.arena, path));
	}
	b->opts.paths = b->paths.v;
	b->opts.npaths = b->paths.n;
	return 0;
}

static int
find_repo(struct session *s, const struct bump_flags *f, struct bump *b, struct err *err)
{
	const char *named = f->repo ? f->repo : s->o.dir ? s->o.dir : ".";
	AUTO_FREE char *dir = realpath(named, NULL);
	int r;

	if (!dir)
		return err_sys(err, "cannot open '%s'", named);
	r = git_toplevel(dir, &b->top, err);
	if (r)
		return r;
	if (!b->top)
		return err_set(err, ERR_USAGE, "'%s' is in no git repository", named);
	b->opts.top = b->top;
	return read_paths(f, dir, b, err);
}

static int
read_also(const struct bump_flags *f, struct bump *b, struct err *err)
{
	for (size_t i = 0; i < f->also->n; i++) {
		struct str what = str_c(f->also->v[i]);

		if (str_eq_c(what, pin_kind_name(PIN_KIND_EMBEDDED)))
			b->opts.also |= PIN_ALSO_EMBEDDED;
		else if (str_eq_c(what, pin_kind_name(PIN_KIND_COMMENT)))
			b->opts.also |= PIN_ALSO_COMMENT;
		else if (glob_valid(what))
			vec_push(&b->globs, f->also->v[i]);
		else
			return err_set(err, ERR_USAGE, "--also: '%s' is no pattern", f->also->v[i]);
	}
	b->opts.also_globs = b->globs.v;
	b->opts.nalso_globs = b->globs.n;
	return 0;
}

static int
read_words(struct session *s, const struct bump_flags *f, struct bump *b, struct err *err)
{
	b->format = s->o.json ? RENDER_FORMAT_JSON : RENDER_FORMAT_TEXT;
	if (f->format && !render_format_parse(str_c(f->format), &b->format))
		return err_set(err, ERR_USAGE, "--format: '%s' is none of text, json, github",
			       f->format);
	if (f->pin && !pin_form_parse(str_c(f->pin), &b->opts.form))
		return err_set(err, ERR_USAGE, "--pin: '%s' is none of keep, tag, digest, both",
			       f->pin);
	if (f->via && !pullrequest_via_parse(str_c(f->via), &b->via))
		return err_set(err, ERR_USAGE, "--via: '%s' is none of none, push, graphql",
			       f->via);
	return read_also(f, b, err);
}

/* Events come late and twice: the last bump's commit says what has been applied. */
static int
look_back(const struct bump_flags *f, struct bump *b, struct err *err)
{
	AUTO_FREE char *head = NULL, *subject = NULL;
	unsigned long long seq;
	int r;

	if (!b->event || f->allow_downgrade)
		return 0;
	r = git_head(b->top, &head, err);
	if (r || !head)
		return r;
	subject = xasprintf("chore(%s): bump ", b->event->group);
	r = git_last_trailer(b->top, head, subject, "Lockstep-Seq", &b->applied, err);
	if (!r && b->applied && str_to_u64(str_c(b->applied), &seq))
		b->outdated = (unsigned long long)b->event->seq < seq;
	return r;
}

int
bump_open(struct session *s, const struct bump_flags *flags, struct bump *b, struct err *err)
{
	int r;

	*b = (struct bump){ .want.arena = arena_new() };
	r = read_words(s, flags, b, err);
	if (!r)
		r = find_repo(s, flags, b, err);
	if (!r)
		r = read_want(s, flags, b, err);
	if (r || b->via != PULLREQUEST_VIA_NONE)
		return r;
	r = look_back(flags, b, err);
	if (r || b->outdated)
		return r;
	r = pins_find(&b->opts, b->want.images.v, b->want.images.n, &b->pins, err);
	if (r || flags->list || flags->check)
		return r;
	r = pins_plan(b->pins, &b->opts, err);
	return r ? r : bump_prove(flags, b, err);
}

void
bump_close(struct bump *b)
{
	pins_free(b->pins);
	event_free(b->event);
	pin_want_fini(&b->want);
	arena_free(b->want.arena);
	vec_fini(&b->paths);
	vec_fini(&b->globs);
	vec_fini(&b->skipped);
	free(b->top);
	free(b->applied);
}

static size_t
tell(struct session *s, const struct pins *p, bool (*is_meant)(const struct pins_file *, size_t))
{
	size_t n = 0;

	for (size_t i = 0; i < p->nfiles; i++) {
		const struct pins_file *f = &p->files[i];

		for (size_t k = 0; k < f->file.npins; k++) {
			const struct pin *pin = &f->file.pins[k];
			const char *name = p->images[pin->image].name;
			struct err *e;

			if (!is_meant(f, k))
				continue;
			n++;
			e = err_list_at(&s->errs, f->file.path, pin->line, pin->col,
					"the pin of '%s' cannot be moved: %s", name, pin->why);
			if (pin->tag || pin->digest)
				err_hint(e,
					 "mark its line with '# lockstep: %s', or name the file "
					 "with --also",
					 name);
			else
				err_hint(e, "correct it: only a whole version is moved");
		}
	}
	return n;
}

static bool
is_uncovered(const struct pins_file *f, size_t k)
{
	return f->edit.changes[k].state == PIN_STATE_UNCOVERED;
}

static bool
is_unknown(const struct pins_file *f, size_t k)
{
	return f->file.pins[k].kind == PIN_KIND_OTHER;
}

size_t
bump_tell_uncovered(struct session *s, const struct pins *p)
{
	return tell(s, p, is_uncovered);
}

size_t
bump_tell_unknown(struct session *s, const struct pins *p)
{
	return tell(s, p, is_unknown);
}
