/* SPDX-License-Identifier: Apache-2.0 */
/* git_cat.c: objects through one `git cat-file --batch` that keeps running. */
#include "io/git.h"

#include "base/file.h"
#include "io/git_priv.h"
#include "io/proc_priv.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define HEADER_MAX 4096
#define PIECE (64 * 1024)

struct git_cat {
	pid_t pid;
	int fd;     /* git's standard input and output */
	char *name; /* the repository, for messages */
	size_t asked;
	char buf[PIECE];
	size_t at, have; /* unread bytes of buf */
};

int
git_cat_open(const char *repo, struct git_cat **ret, struct err *err)
{
	const char *argv[] = { "git", "-C", repo, "cat-file", "--batch", NULL };
	struct proc_opts opts = { .argv = argv, .log_fd = -1 };
	struct git_env env;
	struct git_cat *c;
	int fds[2];
	int r = proc_socket(fds, err);

	if (r)
		return r;
	c = xcalloc(1, sizeof(*c));
	c->fd = fds[0];
	git_env_init(&env);
	opts.env = env.vars.v;
	r = proc_spawn(&opts, &(struct proc_stdio){ fds[1], fds[1], -1 }, &c->pid, err);
	git_env_fini(&env);
	close_fdp(&fds[1]);
	if (r) {
		close_fdp(&c->fd);
		free(c);
		return r;
	}
	c->name = xstrdup(repo);
	*ret = c;
	return 0;
}

void
git_cat_close(struct git_cat *c)
{
	if (!c)
		return;
	close_fdp(&c->fd); /* the end of its input, which ends it */
	while (waitpid(c->pid, NULL, 0) < 0 && errno == EINTR)
		;
	free(c->name);
	free(c);
}

static int
ended(struct git_cat *c, struct err *err)
{
	return err_set(err, ERR_TOOL, "'git cat-file' ended before its time in '%s'", c->name);
}

static int
send_all(struct git_cat *c, const char *p, size_t n, struct err *err)
{
	while (n) {
		ssize_t w = send(c->fd, p, n, MSG_NOSIGNAL);

		if (w < 0 && errno == EINTR)
			continue;
		if (w <= 0)
			return ended(c, err);
		p += w;
		n -= (size_t)w;
	}
	return 0;
}

/* At least one unread byte in buf. */
static int
fill(struct git_cat *c, struct err *err)
{
	ssize_t n;

	if (c->at < c->have)
		return 0;
	do {
		n = read(c->fd, c->buf, sizeof(c->buf));
	} while (n < 0 && errno == EINTR);
	if (n <= 0)
		return ended(c, err);
	c->at = 0;
	c->have = (size_t)n;
	return 0;
}

static int
read_header(struct git_cat *c, struct buf *line, struct err *err)
{
	for (;;) {
		int r = fill(c, err);
		char byte;

		if (r)
			return r;
		byte = c->buf[c->at++];
		if (byte == '\n')
			return 0;
		buf_addc(line, byte);
		if (line->len > HEADER_MAX)
			return ended(c, err);
	}
}

/* "<id> <type> <size>". */
static bool
parse_header(struct str line, const char **ret_type, unsigned long long *ret_size)
{
	static const char *const types[] = { "blob", "tree", "commit", "tag" };
	struct str piece;

	*ret_type = NULL;
	for (int i = 0; i < 2; i++)
		if (!str_next(&line, ' ', &piece))
			return false;
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		if (str_eq_c(piece, types[i]))
			*ret_type = types[i];
	}
	return *ret_type && str_to_u64(line, ret_size);
}

static int
read_body(struct git_cat *c, unsigned long long size, git_sink sink, void *ctx, struct err *err)
{
	int r = 0, failed = 0;

	while (size) {
		size_t n;

		r = fill(c, failed ? NULL : err);
		if (r)
			return failed ? failed : r;
		n = c->have - c->at;
		if (n > size)
			n = (size_t)size;
		/* What the sink refused is read all the same, so that the next answer is found. */
		if (!failed)
			failed = sink(ctx, c->buf + c->at, n, err);
		c->at += n;
		size -= n;
	}
	r = fill(c, failed ? NULL : err);
	if (!r)
		c->at++; /* the LF that ends the object */
	return failed ? failed : r;
}

int
git_cat_ask(struct git_cat *c, const char *object, struct err *err)
{
	struct buf AUTO_BUF line = BUF_INIT;
	int r;

	BUG_ON(c->asked == GIT_CAT_AHEAD);
	if (strchr(object, '\n') || strlen(object) >= HEADER_MAX)
		return err_set(err, ERR_INPUT, "'%s' cannot be asked of git", object);
	buf_init(&line, 0);
	buf_addf(&line, "%s\n", object);
	r = send_all(c, line.data, line.len, err);
	if (!r)
		c->asked++;
	return r;
}

/* "<what was asked for> missing", or "ambiguous". */
static int
no_object(const struct git_cat *c, struct str line, struct err *err)
{
	struct str missing = STR_LIT(" missing");

	if (str_ends(line, missing))
		return err_set(err, ERR_INPUT, "'%s' has no object '%.*s'", c->name,
			       STR_FMT(str_sub(line, 0, line.n - missing.n)));
	return err_set(err, ERR_INPUT, "cannot read an object of '%s': %.*s", c->name,
		       STR_FMT(line));
}

int
git_cat_answer(struct git_cat *c, git_sink sink, void *ctx, const char **ret_type, struct err *err)
{
	struct buf AUTO_BUF line = BUF_INIT;
	unsigned long long size;
	const char *type;
	int r;

	BUG_ON(!c->asked);
	c->asked--;
	buf_init(&line, 0);
	r = read_header(c, &line, err);
	if (r)
		return r;
	if (!parse_header(buf_str(&line), &type, &size))
		return no_object(c, buf_str(&line), err);
	if (ret_type)
		*ret_type = type;
	return read_body(c, size, sink, ctx, err);
}

int
git_cat_read(struct git_cat *c, const char *object, git_sink sink, void *ctx, const char **ret_type,
	     struct err *err)
{
	int r = git_cat_ask(c, object, err);

	return r ? r : git_cat_answer(c, sink, ctx, ret_type, err);
}
