/* SPDX-License-Identifier: Apache-2.0 */
/* proc.c: a child under the loop: its output, its time, its end. */
#include "base/clock.h"
#include "base/file.h"
#include "io/output.h"
#include "io/proc_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#define READ_SIZE (64u << 10)
#define GRACE_MS 5000
#define LINGER_MS 2000

/* One of the child's output streams. */
struct stream {
	int fd; /* our end; -1 once read to the end */
	struct loop_source *source;
};

struct proc {
	struct loop *loop;
	struct proc_opts opts; /* argv, env, cwd and input are gone */
	pid_t pid;
	struct stream out, err; /* out: stdout if split, err: what is logged */
	struct loop_source *timeout, *kill, *linger;
	struct buf stdout_bytes;
	struct output output; /* the rest */
	bool exited, ending, ended;
	struct proc_result result;
	int64_t start_ns;
	proc_exit_fn on_exit;
	void *ctx;
};

static void
remove_timer(struct proc *p, struct loop_source **timer)
{
	loop_remove(p->loop, *timer);
	*timer = NULL;
}

static void
stream_close(struct proc *p, struct stream *s)
{
	loop_remove(p->loop, s->source);
	s->source = NULL;
	close_fdp(&s->fd);
	s->fd = -1;
}

/* The group may be gone already, which is as good. */
static void
signal_group(const struct proc *p, int signo)
{
	(void)kill(-p->pid, signo);
}

static void
overflow(struct proc *p)
{
	if (p->result.overflow)
		return;
	p->result.overflow = true;
	p->ending = true;
	signal_group(p, SIGKILL);
}

static void
take_output(struct proc *p, struct str bytes)
{
	if (!output_take(&p->output, bytes))
		overflow(p);
}

static void
take_stdout(struct proc *p, struct str bytes)
{
	if (p->stdout_bytes.len + bytes.n > p->opts.stdout_max)
		overflow(p);
	buf_add_str(&p->stdout_bytes, bytes);
}

/* The last thing that happens to p: on_exit may free it. */
static void
finish(struct proc *p)
{
	if (p->ended)
		return;
	p->ended = true;
	remove_timer(p, &p->timeout);
	remove_timer(p, &p->kill);
	remove_timer(p, &p->linger);
	if (p->ending)
		signal_group(p, SIGKILL);
	output_end(&p->output);
	p->result.log_errno = p->output.log_errno;
	p->result.wall_ms = (clock_mono_ns() - p->start_ns) / 1000000;
	p->on_exit(p->ctx, &p->result);
}

static void
finish_if_over(struct proc *p)
{
	if (p->exited && p->out.fd < 0 && p->err.fd < 0)
		finish(p);
}

static void
on_linger(void *ctx)
{
	struct proc *p = ctx;

	p->linger = NULL;
	stream_close(p, &p->out);
	stream_close(p, &p->err);
	finish(p);
}

static void
on_kill(void *ctx)
{
	struct proc *p = ctx;

	p->kill = NULL;
	signal_group(p, SIGKILL);
	if (p->exited)
		p->linger = loop_add_timer(p->loop, LINGER_MS, on_linger, p);
}

static void
end_group(struct proc *p)
{
	if (p->ending || p->ended)
		return;
	p->ending = true;
	signal_group(p, SIGTERM);
	/* A stopped process would sleep through its own end. */
	signal_group(p, SIGCONT);
	remove_timer(p, &p->linger);
	p->kill = loop_add_timer(p->loop, p->opts.grace_ms, on_kill, p);
}

static void
on_timeout(void *ctx)
{
	struct proc *p = ctx;

	p->timeout = NULL;
	p->result.timed_out = true;
	end_group(p);
}

static void
on_child(void *ctx, pid_t pid, int status)
{
	struct proc *p = ctx;

	(void)pid;
	p->exited = true;
	p->result.status = status;
	remove_timer(p, &p->timeout);
	/* Otherwise on_kill is still to come, and gives those who hold the output their time. */
	if (!p->kill)
		p->linger = loop_add_timer(p->loop, LINGER_MS, on_linger, p);
	finish_if_over(p);
}

static void
on_output(void *ctx, int fd, short revents)
{
	struct proc *p = ctx;
	struct stream *s = fd == p->out.fd ? &p->out : &p->err;
	char bytes[READ_SIZE];
	ssize_t n = read(fd, bytes, sizeof(bytes));

	(void)revents;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0) {
		struct str got = { bytes, (size_t)n };

		if (s == &p->out)
			take_stdout(p, got);
		else
			take_output(p, got);
		return;
	}
	stream_close(p, s);
	finish_if_over(p);
}

/* Standard input as a file in memory: it never blocks, and a child that does not read it does no
 * harm. */
static int
make_input(struct str input, int *ret, struct err *err)
{
	int AUTO_FD fd = -1;

	if (!input.n)
		return 0;
	fd = memfd_create("stdin", MFD_CLOEXEC);
	if (fd < 0)
		return err_sys(err, "cannot make a file in memory");
	while (input.n) {
		ssize_t n = write(fd, input.p, input.n);

		if (n < 0 && errno != EINTR)
			return err_sys(err, "cannot write a file in memory");
		if (n > 0)
			input = str_sub(input, (size_t)n, input.n);
	}
	if (lseek(fd, 0, SEEK_SET) < 0)
		return err_sys(err, "cannot rewind a file in memory");
	*ret = fd;
	fd = -1;
	return 0;
}

/* Makes the pipes, starts the child and closes what is its. */
static int
start_child(struct proc *p, const struct proc_opts *opts, struct err *err)
{
	int AUTO_FD in = -1, AUTO_FD out = -1, AUTO_FD errs = -1;
	int fds[2];
	int ret = make_input(opts->input, &in, err);

	if (ret || (ret = proc_pipe(fds, err)))
		return ret;
	p->err.fd = fds[0];
	errs = fds[1];
	if (opts->split_stdout) {
		ret = proc_pipe(fds, err);
		if (ret)
			return ret;
		p->out.fd = fds[0];
		out = fds[1];
	}
	return proc_spawn(opts, &(struct proc_stdio){ in, opts->split_stdout ? out : errs, errs },
			  &p->pid, err);
}

static void
watch(struct proc *p)
{
	struct loop *l = p->loop;

	p->err.source = loop_add_fd(l, p->err.fd, POLLIN, on_output, p);
	if (p->out.fd >= 0)
		p->out.source = loop_add_fd(l, p->out.fd, POLLIN, on_output, p);
	(void)loop_add_child(l, p->pid, on_child, p); /* gone by itself before p is */
	if (p->opts.timeout_ms)
		p->timeout = loop_add_timer(l, p->opts.timeout_ms, on_timeout, p);
}

int
proc_start(struct loop *loop, const struct proc_opts *opts, proc_exit_fn on_exit, void *ctx,
	   struct proc **ret, struct err *err)
{
	struct proc *p = xcalloc(1, sizeof(*p));
	int rc;

	p->loop = loop;
	p->opts = *opts;
	p->opts.argv = p->opts.env = NULL;
	p->opts.cwd = NULL;
	p->opts.input = STR_NULL;
	if (!p->opts.grace_ms)
		p->opts.grace_ms = GRACE_MS;
	if (!p->opts.stdout_max)
		p->opts.stdout_max = MAX_CHILD_KEPT;
	p->out.fd = p->err.fd = -1;
	p->on_exit = on_exit;
	p->ctx = ctx;
	p->start_ns = clock_mono_ns();
	buf_init(&p->stdout_bytes, p->opts.stdout_max);
	p->output = (struct output){ .log_fd = opts->log_fd,
				     .whole = opts->whole,
				     .on_line = opts->on_line,
				     .ctx = opts->ctx };
	output_init(&p->output);
	rc = start_child(p, opts, err);
	if (rc) {
		p->ended = true;
		proc_free(p);
		return rc;
	}
	watch(p);
	*ret = p;
	return 0;
}

void
proc_end(struct proc *p)
{
	p->result.cancelled = true;
	end_group(p);
}

pid_t
proc_pid(const struct proc *p)
{
	return p->pid;
}

struct str
proc_tail(const struct proc *p)
{
	return output_tail(&p->output);
}

struct str
proc_stdout(const struct proc *p)
{
	return buf_str(&p->stdout_bytes);
}

void
proc_free(struct proc *p)
{
	if (!p)
		return;
	BUG_ON(!p->ended);
	stream_close(p, &p->out);
	stream_close(p, &p->err);
	buf_fini(&p->stdout_bytes);
	output_fini(&p->output);
	free(p);
}
