/* SPDX-License-Identifier: Apache-2.0 */
/* ci_face.c: writes what the renderers made to where the CI system looks for it. */
#include "cli/ci_face.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/out.h"
#include "base/path.h"
#include "cli/render.h"
#include "cli/render_github.h"
#include "io/owner.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

#define TOKEN_BYTES 16
#define LOG_TAIL (256u << 10) /* bytes of a log that are folded into the job's output */
#define MASK_MIN 4            /* shorter values would mask what everybody says */

ENUM_DEFINE(ci_format, CI_FORMAT_LIST);

static const char *
get(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

static void
say(const struct buf *b)
{
	if (b->len)
		out_err("%s", b->data);
}

static char *
make_token(void)
{
	unsigned char chance[TOKEN_BYTES];
	char hex[SHA256_HEX_SIZE];

	owner_chance(chance, sizeof(chance));
	sha256_hex(sha256_of(chance, sizeof(chance)), hex);
	return xstrdup(hex);
}

int
ci_face_open(struct session *s, const struct ci_face_opts *opts, struct ci_face *ret,
	     struct err *err)
{
	const char *actions = get("GITHUB_ACTIONS");
	enum ci_format format = CI_FORMAT_TEXT;
	AUTO_BUF struct buf b = BUF_INIT;

	*ret = (struct ci_face){ .opts = *opts, .started_ns = clock_mono_ns() };
	ret->on_runner = actions && !strcmp(actions, "true");
	if (!opts->format && ret->on_runner)
		format = CI_FORMAT_GITHUB;
	if (opts->format && !ci_format_parse(str_c(opts->format), &format))
		return err_set(err, ERR_USAGE, "--format: '%s' is none of text, json, github",
			       opts->format);
	if (format == CI_FORMAT_JSON)
		s->o.json = true;
	ci_env_read(&ret->env);
	ret->github = format == CI_FORMAT_GITHUB;
	if (!ret->github && !ret->on_runner)
		return 0;
	ret->token = make_token();
	buf_init(&b, 0);
	render_github_stop(&b, ret->token);
	say(&b);
	render_github_resume(&s->last_words, ret->token);
	return 0;
}

void
ci_face_mask(const struct ci_face *f, const struct graph *g)
{
	AUTO_BUF struct buf b = BUF_INIT;

	if (!f->on_runner)
		return;
	buf_init(&b, 0);
	render_github_resume(&b, f->token);
	for (size_t i = 0; i < g->nimages; i++)
		for (size_t k = 0; k < g->images[i].nsecrets; k++) {
			const char *env = graph_secret_field(g->images[i].secrets[k], "env");
			AUTO_FREE char *name = env ? xstrndup(env, strcspn(env, ",")) : NULL;
			const char *value = name ? get(name) : NULL;

			if (value && strlen(value) >= MASK_MIN)
				render_github_mask(&b, value);
		}
	render_github_stop(&b, f->token);
	say(&b);
}

/* --- what was built, folded away */

static void
add_log(const struct ci_face *f, const struct session *s, const struct job *job)
{
	AUTO_FREE char *dir = run_logs_dir(s->state_dir), *path = path_join(dir, job->log);
	AUTO_FREE char *title = xasprintf("%s: %s", job->image->name, job_state_name(job->state));
	AUTO_ERR struct err ignored = ERR_INIT; /* a log that is gone is shown to nobody */
	AUTO_BUF struct buf text = BUF_INIT, b = BUF_INIT;
	struct str tail;

	buf_init(&text, 0);
	buf_init(&b, 0);
	if (file_read(AT_FDCWD, path, MAX_LOG_FILE, &text, &ignored) || !text.len)
		return;
	tail = buf_str(&text);
	if (tail.n > LOG_TAIL) {
		tail = str_sub(tail, tail.n - LOG_TAIL, tail.n);
		tail = str_sub(tail, str_find(tail, '\n'), tail.n);
	}
	render_github_group(&b, f->token, title, tail);
	say(&b);
}

static void
say_logs(const struct ci_face *f, const struct session *s, const struct report *r)
{
	for (size_t i = 0; r->plan && i < r->plan->n; i++) {
		const struct job *job = report_job(r, r->plan->opts.project->graph->order[i]);

		if (job && job->log && (job->rebuilt || job_went_wrong(job)))
			add_log(f, s, job);
	}
}

/* --- files that the runner reads */

static int
append(const char *path, const struct buf *b, struct err *err)
{
	AUTO_FD int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);

	errno = fd < 0 ? errno : ENOSPC; /* what half a write means */
	if (fd < 0 || write(fd, b->data, b->len) != (ssize_t)b->len)
		return err_sys(err, "cannot write '%s'", path);
	return 0;
}

static int
write_summary(const struct report *r, struct err *err)
{
	const char *path = get("GITHUB_STEP_SUMMARY");
	AUTO_BUF struct buf b = BUF_INIT;
	size_t room = RENDER_GITHUB_SUMMARY_MAX;
	struct stat st;

	if (!path)
		return 0;
	/* What the step has written before counts too. */
	if (!stat(path, &st))
		room -= (size_t)st.st_size < room ? (size_t)st.st_size : room;
	if (room < RENDER_GITHUB_SUMMARY_MIN)
		return 0;
	buf_init(&b, 0);
	render_github_summary(&b, r, room);
	return append(path, &b, err);
}

static int
write_outputs(const struct report *r, struct err *err)
{
	const char *path = get("GITHUB_OUTPUT");
	AUTO_BUF struct buf b = BUF_INIT;

	if (!path)
		return 0;
	buf_init(&b, 0);
	render_github_outputs(&b, r);
	return append(path, &b, err);
}

static void
say_notes(const struct report *r)
{
	AUTO_BUF struct buf b = BUF_INIT;
	char cwd[PATH_MAX];
	struct render_github_places places = { .root = get("GITHUB_WORKSPACE"),
					       .cwd = getcwd(cwd, sizeof(cwd)) };

	if (!places.cwd)
		places.root = NULL;
	buf_init(&b, 0);
	render_github_notes(&b, r, &places);
	say(&b);
}

static void
say_all(const struct ci_face *f, const struct session *s, const struct report *r)
{
	AUTO_BUF struct buf b = BUF_INIT;

	buf_init(&b, 0);
	render_github_resume(&b, f->token);
	say(&b);
	say_logs(f, s, r);
	say_notes(r);
	buf_clear(&b);
	render_github_stop(&b, f->token);
	say(&b);
}

static void
say_cost(const struct report *r)
{
	char took[CLOCK_TEXT_SIZE];

	clock_duration(r->elapsed_ms, took);
	out_print("%llu request%s to the registry, %s in all\n",
		  (unsigned long long)r->requests.requests, r->requests.requests == 1 ? "" : "s",
		  took);
}

static int
write_files(const struct ci_face *f, const struct report *r, struct err *err)
{
	AUTO_BUF struct buf xml = BUF_INIT;
	AUTO_FREE char *json = NULL, *text = NULL;
	int ret = 0;

	if (f->opts.report) {
		json_t *value = report_json(r);

		json = json_pretty(value);
		json_decref(value);
		text = xasprintf("%s\n", json);
		ret = file_write(f->opts.report, str_c(text), 0644, err);
	}
	if (!ret && f->opts.junit) {
		buf_init(&xml, 0);
		report_junit(r, &xml);
		ret = file_write(f->opts.junit, buf_str(&xml), 0644, err);
	}
	if (!ret && f->github)
		ret = write_summary(r, err);
	return ret || !f->github ? ret : write_outputs(r, err);
}

int
ci_face_close(struct ci_face *f, struct session *s, struct report *report, int r, struct err *err)
{
	AUTO_ERR struct err file_err = ERR_INIT;
	AUTO_FREE char *why = NULL;

	if (r && !err->class)
		err->class = (enum err_class) - r;
	err_list_sort(&s->errs);
	report->err = err;
	report->mistakes = &s->errs;
	report->run_url = f->env.run_url;
	report->elapsed_ms = (clock_mono_ns() - f->started_ns) / 1000000;
	report->requests = session_requests(s);
	if (f->github)
		say_all(f, s, report);
	if (s->o.json)
		render_json(report_json(report));
	else if (report->plan)
		say_cost(report);
	if (write_files(f, report, &file_err)) {
		if (!r)
			r = err_move(err, &file_err);
		else if ((why = err_text(&file_err)))
			out_err("lockstep: skipping the report: %s\n", why);
	}
	ci_env_fini(&f->env);
	free(f->token);
	f->token = NULL;
	return r;
}
