/* SPDX-License-Identifier: Apache-2.0 */
/* download.c: GETs, hashed and written on the way. */
#include "engine/download.h"

#include "base/file.h"
#include "base/path.h"
#include "io/http.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define COPY_PIECE (1u << 16)

struct downloads {
	char *dir;
	struct http *http; /* on the loop of download_start() */
};

struct download {
	struct downloads *d;
	struct http_call *call;
	char *url, *want, *part;
	int fd;
	struct sha256_ctx *sha;
	uint64_t size;
	struct err err; /* why the body was given up */
	download_done_fn done;
	void *ctx;
	char digest[DIGEST_SIZE];
};

struct downloads *
downloads_new(const char *dir)
{
	struct downloads *d = xcalloc(1, sizeof(*d));

	d->dir = xstrdup(dir);
	return d;
}

void
downloads_free(struct downloads *d)
{
	if (!d)
		return;
	http_free(d->http);
	free(d->dir);
	free(d);
}

static char *
path_of(const struct downloads *d, const char *digest)
{
	return path_join(d->dir, digest + strlen("sha256:"));
}

bool
download_has(const struct downloads *d, const char *digest)
{
	AUTO_FREE char *path = path_of(d, digest);

	return file_exists(AT_FDCWD, path);
}

static int
put(int fd, struct str piece, const char *path, struct err *err)
{
	while (piece.n) {
		ssize_t n = write(fd, piece.p, piece.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, "cannot write '%s'", path);
		piece = str_sub(piece, (size_t)n, piece.n);
	}
	return 0;
}

static bool
take(void *ctx, struct str piece)
{
	struct download *get = ctx;

	get->size += piece.n;
	if (get->size > MAX_DOWNLOAD) {
		err_set(&get->err, ERR_REMOTE, "'%s' holds more than %llu bytes", get->url,
			(unsigned long long)MAX_DOWNLOAD);
		return false;
	}
	sha256_update(get->sha, piece.p, piece.n);
	return !put(get->fd, piece, get->part, &get->err);
}

static void
get_free(struct download *get)
{
	if (get->fd >= 0)
		(void)close(get->fd);
	if (get->part)
		(void)unlink(get->part); /* gone already when it was kept */
	sha256_free(get->sha);
	err_clear(&get->err);
	free(get->url);
	free(get->want);
	free(get->part);
	free(get);
}

static struct download *
get_new(struct downloads *d, const char *url, struct err *err)
{
	struct download *get;

	if (file_mkdirs(d->dir, err))
		return NULL;
	get = xcalloc(1, sizeof(*get));
	get->d = d;
	get->url = xstrdup(url);
	get->sha = sha256_new();
	get->part = path_join(d->dir, ".part-XXXXXX");
	get->fd = mkostemp(get->part, O_CLOEXEC);
	if (get->fd >= 0)
		return get;
	err_sys(err, "cannot write '%s'", get->part);
	free(get->part);
	get->part = NULL;
	get_free(get);
	return NULL;
}

/* The body is whole: it gets its name. */
static int
keep(struct download *get, struct err *err)
{
	AUTO_FREE char *path = NULL;

	sha256_digest(sha256_final(get->sha), get->digest);
	path = path_of(get->d, get->digest);
	return rename(get->part, path) ? err_sys(err, "cannot write '%s'", path) : 0;
}

static int
outcome(struct download *get, struct http_response *response, struct err *err)
{
	AUTO_FREE char *what = xasprintf("cannot read '%s'", get->url);
	int r;

	if (get->err.class)
		return err_move(err, &get->err);
	if (response->failure != HTTP_FINE || response->status / 100 != 2)
		return http_response_err(response, err, what);
	r = keep(get, err);
	if (r || !get->want || !strcmp(get->digest, get->want))
		return r;
	err_set(err, ERR_FAILED, "'%s' holds %.19s… and not %.19s…", get->url, get->digest,
		get->want);
	err_hint(err, "lockstep update moves what is locked");
	return -ERR_FAILED;
}

static void
ended(void *ctx, struct http_response *response)
{
	struct download *get = ctx;
	AUTO_ERR struct err err = ERR_INIT;

	(void)outcome(get, response, &err); /* said in err */
	get->done(get->ctx, &err);
	get_free(get);
}

static void
start(struct download *get, struct http *http, http_done_fn done)
{
	struct http_request request = {
		.method = HTTP_GET, .url = get->url, .on_body = take, .ctx = get
	};

	get->call = http_start(http, &request, done, get);
}

int
download_start(struct downloads *d, const struct download_wish *wish, struct download **ret,
	       struct err *err)
{
	struct download *get;
	int r = d->http ? 0 : http_new(&(struct http_opts){ .loop = wish->loop }, &d->http, err);

	if (r)
		return r;
	get = get_new(d, wish->url, err);
	if (!get)
		return -(int)err->class;
	get->want = xstrdup(wish->want);
	get->done = wish->done;
	get->ctx = wish->ctx;
	start(get, d->http, ended);
	*ret = get;
	return 0;
}

void
download_cancel(struct download *get)
{
	http_cancel(get->call);
	get_free(get);
}

struct waiter {
	struct download *get;
	struct err *err;
	int r;
	bool over;
};

static void
waited_for(void *ctx, struct http_response *response)
{
	struct download *get = ctx;
	struct waiter *w = get->ctx;

	w->r = outcome(get, response, w->err);
	w->over = true;
}

int
download_digest(struct downloads *d, const char *url, char ret[DIGEST_SIZE], struct err *err)
{
	struct http *http = NULL;
	struct waiter w = { .err = err };
	int r = http_new(&(struct http_opts){ 0 }, &http, err);

	if (r)
		return r;
	w.get = get_new(d, url, err);
	if (!w.get) {
		http_free(http);
		return -(int)err->class;
	}
	w.get->ctx = &w;
	start(w.get, http, waited_for);
	r = http_run(http, &w.over, err);
	if (!r)
		r = w.r;
	if (!r)
		memcpy(ret, w.get->digest, DIGEST_SIZE);
	http_free(http);
	get_free(w.get);
	return r;
}

static int
copy(int from, int to, const char *path, struct sha256 *ret, struct err *err)
{
	struct sha256_ctx *AUTO_SHA256 sha = sha256_new();
	AUTO_FREE char *piece = xmalloc(COPY_PIECE);
	ssize_t n;
	int r = 0;

	while (!r && (n = read(from, piece, COPY_PIECE)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, "cannot read what was downloaded for '%s'", path);
		sha256_update(sha, piece, (size_t)n);
		r = put(to, (struct str){ piece, (size_t)n }, path, err);
	}
	*ret = sha256_final(sha);
	return r;
}

int
download_copy(const struct downloads *d, const char *digest, const char *to, struct err *err)
{
	static const struct timespec epoch[2] = { { 0, 0 }, { 0, 0 } };
	AUTO_FREE char *path = path_of(d, digest);
	AUTO_FD int in = open(path, O_RDONLY | O_CLOEXEC), out = -1;
	char got[DIGEST_SIZE];
	struct sha256 hash;
	int r;

	if (in < 0)
		return err_sys(err, "cannot read '%s'", path);
	out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (out < 0 || fchmod(out, 0600))
		return err_sys(err, "cannot write '%s'", to);
	r = copy(in, out, to, &hash, err);
	if (r)
		return r;
	sha256_digest(hash, got);
	if (strcmp(got, digest) != 0) {
		(void)unlink(path); /* it is downloaded again by the next build */
		err_set(err, ERR_FAILED, "'%s' was damaged", path);
		err_hint(err, "it was removed: build again");
		return -ERR_FAILED;
	}
	return futimens(out, epoch) ? err_sys(err, "cannot set the time of '%s'", to) : 0;
}
