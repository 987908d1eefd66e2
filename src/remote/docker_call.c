/* SPDX-License-Identifier: Apache-2.0 */
/* docker_call.c: one exchange with an engine, from its body to its last line. */
#include "remote/docker_call.h"

#include "base/base64.h"
#include "base/clock.h"
#include "base/env.h"
#include "base/file.h"
#include "io/output.h"
#include "io/tar_write.h"
#include "model/docker_stream.h"
#include "remote/creds.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#define DOCKERFILE_NAME ".lockstep.Dockerfile"

struct docker_call {
	struct docker_api *api;
	struct docker_call_watch watch;
	struct http *http;
	struct http_call *call; /* NULL when it is over */
	struct loop_source *timeout, *ending;
	struct output out;
	struct buf line; /* of progress, not whole yet */
	struct buf text; /* what a line of it shows */
	struct docker_progress progress;
	struct tar_write *tar;
	struct buf dockerfile, ignore;
	struct tar_extra *extras; /* their names are ours */
	size_t nextras;
	struct buf *files; /* of o->files */
	size_t nfiles;
	char *id_file;
	int save_fd;
	struct err err; /* what is wrong on our side */
	struct proc_result result;
	int64_t start_ns;
};

const char *
docker_call_name(struct arena *a, const char *context, const char *name)
{
	const char *ret = name;

	for (int i = 1; file_exists(AT_FDCWD, arena_printf(a, "%s/%s", context, ret)); i++)
		ret = arena_printf(a, "%s.%d", name, i);
	return ret;
}

const char *
docker_call_dockerfile(struct arena *a, const char *context)
{
	return docker_call_name(a, context, DOCKERFILE_NAME);
}

static void
print(struct docker_call *c, struct str text)
{
	(void)output_take(&c->out, text); /* takes all */
}

static void
say(struct docker_call *c, const char *line)
{
	print(c, str_c(line));
	print(c, STR_LIT("\n"));
}

/* The last thing that happens to c: on_exit may free it. */
static void
finish(void *ctx)
{
	struct docker_call *c = ctx;

	c->ending = NULL;
	loop_remove(c->watch.loop, c->timeout);
	c->timeout = NULL;
	output_end(&c->out);
	c->result.log_errno = c->out.log_errno;
	c->result.wall_ms = (clock_mono_ns() - c->start_ns) / 1000000;
	c->watch.on_exit(c->watch.ctx, &c->result);
}

/* From the loop, as the client must not be freed by its own callback. */
static void
finish_later(struct docker_call *c, int status)
{
	c->call = NULL;
	c->result.status = status;
	c->ending = loop_add_timer(c->watch.loop, 0, finish, c);
}

static int
failed(int code)
{
	return (code ? code : 1) << 8; /* as of waitpid */
}

static int
write_id(struct docker_call *c, struct err *err)
{
	if (!c->id_file)
		return 0;
	if (!*c->progress.image_id)
		return err_set(err, ERR_REMOTE, "%s at '%s' ended without an image",
			       docker_api_who(c->api), docker_api_host(c->api));
	return file_write(c->id_file, str_c(c->progress.image_id), 0644, err);
}

static int
take_line(struct docker_call *c, struct str line, struct err *err)
{
	int r;

	buf_clear(&c->text);
	r = docker_progress_read(line, &c->progress, &c->text, err);
	print(c, buf_str(&c->text));
	return r;
}

static int
judge(struct docker_call *c, struct http_response *response, struct err *err)
{
	bool good = response->status / 100 == 2;

	if (c->err.class)
		return err_move(err, &c->err);
	if (c->tar && tar_write_error(c->tar, err))
		return -(int)err->class;
	if (response->failure != HTTP_FINE && response->status)
		return err_set(err, ERR_TEMPORARY, "%s at '%s" DOCKER_CALL_BROKE_OFF "%s",
			       docker_api_who(c->api), docker_api_host(c->api), response->err.msg);
	if (!good)
		return docker_api_error(c->api, response, "refuses", err);
	if (c->line.len && take_line(c, buf_str(&c->line), err))
		return -(int)err->class;
	return c->progress.failed ? 0 : write_id(c, err);
}

static void
on_done(void *ctx, struct http_response *response)
{
	struct docker_call *c = ctx;
	AUTO_ERR struct err err = ERR_INIT;

	if (judge(c, response, &err)) {
		say(c, err.msg);
		finish_later(c, failed(1));
	} else {
		finish_later(c, c->progress.failed ? failed(c->progress.code) : 0);
	}
}

static bool
save(struct docker_call *c, struct str piece)
{
	while (piece.n) {
		ssize_t n = write(c->save_fd, piece.p, piece.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			(void)err_sys(&c->err, "cannot write the image"); /* told at the end */
			return false;
		}
		piece = str_sub(piece, (size_t)n, piece.n);
	}
	return true;
}

static bool
on_body(void *ctx, struct str piece)
{
	struct docker_call *c = ctx;
	struct str line;

	if (c->save_fd >= 0)
		return save(c, piece);
	while (piece.n) {
		size_t lf = str_find(piece, '\n');

		buf_add_str(&c->line, str_sub(piece, 0, lf));
		if (lf == piece.n)
			break;
		piece = str_sub(piece, lf + 1, piece.n);
		line = buf_str(&c->line);
		if (!c->line.full && take_line(c, line, &c->err))
			return false;
		buf_clear(&c->line);
	}
	if (c->line.full)
		(void)err_set(&c->err, ERR_REMOTE, /* told at the end */
			      "%s sends a line of more than %u MiB", docker_api_who(c->api),
			      DOCKER_PROGRESS_MAX >> 20);
	return !c->line.full;
}

static ssize_t
read_context(void *ctx, char *to, size_t max)
{
	return tar_write_read(((struct docker_call *)ctx)->tar, to, max);
}

static void
add_extra(struct docker_call *c, const char *name, struct str content)
{
	c->extras[c->nextras++] = (struct tar_extra){ xstrdup(name), content };
}

static int
add_file(struct docker_call *c, const struct docker_call_file *file, struct err *err)
{
	struct buf *text = &c->files[c->nfiles++];
	int r = 0;

	buf_init(text, 0);
	if (file->text)
		buf_adds(text, file->text);
	else
		r = file_read(AT_FDCWD, file->path, MAX_SECRET_FILE, text, err);
	if (!r)
		add_extra(c, file->name, buf_str(text));
	return r;
}

static void
forget_files(struct docker_call *c)
{
	for (size_t i = 0; i < c->nfiles; i++) {
		if (c->files[i].data)
			explicit_bzero(c->files[i].data, c->files[i].cap);
		buf_fini(&c->files[i]);
	}
	for (size_t i = 0; i < c->nextras; i++)
		free((char *)c->extras[i].name); /* ours */
	free(c->files);
	free(c->extras);
}

/*
 * The Dockerfile lies outside the context, where the engine cannot see it: it comes along under a
 * name of its own. Unless the query sees to that, an ignore file takes both away again once they
 * are read.
 */
static int
prepare_context(struct docker_call *c, const struct docker_call_opts *o,
		struct http_request *request, struct err *err)
{
	int r = file_read(AT_FDCWD, o->dockerfile, MAX_DOCKERFILE, &c->dockerfile, err);

	if (r)
		return r;
	c->extras = xcalloc(o->nfiles + 2, sizeof(*c->extras));
	c->files = xcalloc(o->nfiles + 1, sizeof(*c->files));
	for (size_t i = 0; !r && i < o->nfiles; i++)
		r = add_file(c, &o->files[i], err);
	if (r)
		return r;
	buf_addf(&c->ignore, ".dockerignore\n%s\n", o->dockerfile_name);
	add_extra(c, o->dockerfile_name, buf_str(&c->dockerfile));
	if (!o->no_ignore)
		add_extra(c, ".dockerignore", buf_str(&c->ignore));
	request->body =
		(struct http_source){ .kind = HTTP_SOURCE_CALL, .read = read_context, .ctx = c };
	return tar_write_new(o->context, c->extras, c->nextras, &c->tar, err);
}

static void
set_secret(json_t *object, const char *key, const char *value)
{
	if (*value)
		json_set_text(object, key, value);
}

/* Where `docker login` writes; caller frees. */
static char *
login_file(const char *const *env)
{
	const char *folder = env_get(env, "DOCKER_CONFIG"), *home = env_get(env, "HOME");

	return folder && *folder ? xasprintf("%s/config.json", folder)
				 : xasprintf("%s/.docker/config.json", home ? home : "");
}

/* X-Registry-Auth: JSON in the base64 of URLs; caller frees as a secret. NULL without a login. */
static int
login(const struct docker_call_opts *o, char **ret, struct err *err)
{
	AUTO_FREE char *file = login_file(o->env);
	const struct creds_login *login = NULL;
	AUTO_JSON json_t *j = json_object();
	struct creds *creds = NULL;
	char *text;
	int r = creds_load(o->env, file, &creds, err);

	*ret = NULL;
	if (!r)
		r = creds_find(creds, o->domain, o->repository, &login, err);
	if (!r && login) {
		set_secret(j, "username", login->user);
		set_secret(j, "password", login->password);
		set_secret(j, "identitytoken", login->identity_token);
		set_secret(j, "registrytoken", login->bearer_token);
		json_set_text(j, "serveraddress", o->domain);
		text = json_canonical(j);
		*ret = base64_encode(str_c(text));
		free_secret(text);
		for (char *p = *ret; *p; p++)
			*p = *p == '+' ? '-' : *p == '/' ? '_' : *p;
	}
	creds_free(creds);
	return r;
}

static int
open_save(struct docker_call *c, const char *path, struct err *err)
{
	c->save_fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	return c->save_fd < 0 ? err_sys(err, "cannot write '%s'", path) : 0;
}

static int
send_request(struct docker_call *c, const struct docker_call_opts *o, struct err *err)
{
	struct http_opts http = { .loop = c->watch.loop, .attempts = 1, .stall_ms = -1 };
	struct http_header headers[1] = { { "Content-Type", "application/x-tar" } };
	struct http_request request = { .method = o->method,
					.headers = headers,
					.on_body = on_body,
					.ctx = c,
					.flags = HTTP_ONCE | HTTP_NO_REDIRECT };
	char *url = docker_api_address(c->api, o->path, &request);
	char *auth = NULL;
	int r = http_new(&http, &c->http, err);

	if (!r && o->context)
		r = prepare_context(c, o, &request, err);
	if (!r && o->domain)
		r = login(o, &auth, err);
	if (!r && o->save)
		r = open_save(c, o->save, err);
	if (auth)
		headers[0] = (struct http_header){ "X-Registry-Auth", auth };
	request.nheaders = o->context || auth;
	if (!r)
		c->call = http_start(c->http, &request, on_done, c);
	free_secret(auth);
	free(url);
	return r;
}

static void
stop(struct docker_call *c)
{
	if (!c->call)
		return;
	http_cancel(c->call);
	finish_later(c, SIGTERM);
}

static void
on_timeout(void *ctx)
{
	struct docker_call *c = ctx;

	c->timeout = NULL;
	c->result.timed_out = c->call != NULL;
	stop(c);
}

int
docker_call_start(const struct docker_call_opts *call, const struct docker_call_watch *watch,
		  struct docker_call **ret, struct err *err)
{
	struct docker_call *c = xcalloc(1, sizeof(*c));
	int r;

	*c = (struct docker_call){
		.api = call->api,
		.watch = *watch,
		.out = { .log_fd = watch->log_fd, .on_line = watch->on_line, .ctx = watch->ctx },
		.save_fd = -1,
		.start_ns = clock_mono_ns()
	};
	output_init(&c->out);
	buf_init(&c->line, DOCKER_PROGRESS_MAX);
	buf_init(&c->text, 0);
	buf_init(&c->dockerfile, 0);
	buf_init(&c->ignore, 0);
	c->id_file = call->id_file ? xstrdup(call->id_file) : NULL;
	r = send_request(c, call, err);
	if (r) {
		docker_call_free(c);
		return r;
	}
	if (watch->timeout_ms)
		c->timeout = loop_add_timer(watch->loop, watch->timeout_ms, on_timeout, c);
	*ret = c;
	return 0;
}

void
docker_call_end(struct docker_call *c)
{
	c->result.cancelled = true;
	stop(c);
}

struct str
docker_call_tail(const struct docker_call *c)
{
	return output_tail(&c->out);
}

void
docker_call_free(struct docker_call *c)
{
	if (!c)
		return;
	BUG_ON(c->call || c->ending);
	http_free(c->http);
	tar_write_free(c->tar);
	close_fdp(&c->save_fd);
	output_fini(&c->out);
	buf_fini(&c->line);
	buf_fini(&c->text);
	buf_fini(&c->dockerfile);
	buf_fini(&c->ignore);
	err_clear(&c->err);
	forget_files(c);
	free(c->id_file);
	free(c);
}

struct waiting {
	bool done;
	int status;
};

static void
on_waited(void *ctx, const struct proc_result *result)
{
	struct waiting *w = ctx;

	w->done = true;
	w->status = result->status;
}

int
docker_call_wait(const struct docker_call_opts *call, struct err *err)
{
	struct waiting w = { .done = false };
	struct docker_call_watch watch = {
		.loop = loop_new_quiet(), .log_fd = -1, .on_exit = on_waited, .ctx = &w
	};
	struct docker_call *c = NULL;
	int r = docker_call_start(call, &watch, &c, err);

	if (!r)
		r = loop_run(watch.loop, &w.done, err);
	if (!r && w.status)
		r = err_set(err, ERR_TOOL, "%.*s", STR_FMT(str_trim(docker_call_tail(c), " \n")));
	if (w.done)
		docker_call_free(c);
	loop_free(watch.loop);
	return r;
}
