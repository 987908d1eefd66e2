/* SPDX-License-Identifier: Apache-2.0 */
/* git_cat.c: objects through one `git cat-file --batch` that keeps running. */
#include "io/git.h"
#include "io/git_priv.h"
#include "io/proc_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define HEADER_MAX 4096
#define PIECE (64 * 1024)

struct git_cat {
	pid_t pid;
	int to, from; /* our ends */
	char *name;   /* the repository, for messages */
	char buf[PIECE];
	size_t at, have; /* unread bytes of buf */
};

int
git_cat_open(const char *repo, struct git_cat **ret, struct err *err)
{
	const char *argv[] = { "git", "-C", repo, "cat-file", "--batch", NULL };
	int in[2], out[2];
	struct git_env env;
	struct git_cat *c;
	int r;

	if (pipe2(in, O_CLOEXEC))
		return err_sys(err, "cannot make a pipe");
	if (pipe2(out, O_CLOEXEC)) {
		r = err_sys(err, "cannot make a pipe");
		(void)close(in[0]);
		(void)close(in[1]);
		return r;
	}
	c = xcalloc(1, sizeof(*c));
	git_env_init(&env);
	r = proc_spawn(&(struct proc_opts){ .argv = argv,
					    .env = (const char *const *)env.vars.v,
					    .log_fd = -1 },
		       &(struct proc_stdio){ in[0], out[1], -1 }, &c->pid, err);
	git_env_fini(&env);
	(void)close(in[0]);
	(void)close(out[1]);
	c->to = in[1];
	c->from = out[0];
	if (r) {
		(void)close(c->to);
		(void)close(c->from);
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
	(void)close(c->to);
	(void)close(c->from);
	while (waitpid(c->pid, NULL, 0) < 0 && errno == EINTR)
		;
	free(c->name);
	free(c);
}

static int
ended(struct git_cat *c, struct err *err)
{
	return err_set(err, ERR_TOOL, "git cat-file ended unexpectedly in '%s'", c->name);
}

static int
send_all(struct git_cat *c, const char *p, size_t n, struct err *err)
{
	while (n) {
		ssize_t w = write(c->to, p, n);

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
	do
		n = read(c->from, c->buf, sizeof(c->buf));
	while (n < 0 && errno == EINTR);
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
	if (!str_next(&line, ' ', &piece) || !str_next(&line, ' ', &piece))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (str_eq_c(piece, types[i]))
			*ret_type = types[i];
	return *ret_type && str_to_u64(line, ret_size);
}

static int
read_body(struct git_cat *c, unsigned long long size, git_sink sink, void *ctx, struct err *err)
{
	int r = 0, failed = 0;

	while (size && !r) {
		size_t n;

		r = fill(c, err);
		if (r)
			return r;
		n = c->have - c->at;
		if (n > size)
			n = (size_t)size;
		/* What the sink refused is read all the same, so that the next answer is found. */
		if (!failed)
			failed = sink(ctx, c->buf + c->at, n, err);
		c->at += n;
		size -= n;
	}
	r = fill(c, err);
	if (!r)
		c->at++; /* the LF that ends the object */
	return failed ? failed : r;
}

int
git_cat_read(struct git_cat *c, const char *object, git_sink sink, void *ctx, const char **ret_type,
	     struct err *err)
{
	AUTO_BUF struct buf line = BUF_INIT;
	unsigned long long size;
	const char *type;
	int r;

	if (strchr(object, '\n'))
		return err_set(err, ERR_INPUT, "'%s' cannot be asked of git: it has a newline",
			       object);
	buf_init(&line, 0);
	buf_addf(&line, "%s\n", object);
	r = send_all(c, line.data, line.len, err);
	buf_clear(&line);
	if (!r)
		r = read_header(c, &line, err);
	if (r)
		return r;
	if (!parse_header(buf_str(&line), &type, &size))
		return err_set(err, ERR_INPUT, "'%s' has no object '%s'", c->name, object);
	if (ret_type)
		*ret_type = type;
	return read_body(c, size, sink, ctx, err);
}
