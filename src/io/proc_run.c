/* SPDX-License-Identifier: Apache-2.0 */
/* proc_run.c: a short program, waited for. */
#include "base/file.h"
#include "base/path.h"
#include "io/proc_priv.h"

/* Of a program's complaint this much goes into the message. */
#define COMPLAINT_MAX 2000

struct waiting {
	bool done;
	struct proc_result result;
};

static void
on_exit_note(void *ctx, const struct proc_result *result)
{
	struct waiting *w = ctx;

	w->result = *result;
	w->done = true;
}

/* Lines joined by "; ", blank ones and blanks around them dropped. */
static char *
joined_lines(struct str text)
{
	struct buf b = BUF_INIT;
	struct str line;

	text = str_trim(text, " \t\r\n");
	if (text.n > COMPLAINT_MAX)
		text = str_sub(text, text.n - COMPLAINT_MAX, text.n);
	buf_init(&b, 0);
	while (str_next_line(&text, &line)) {
		line = str_trim(line, " \t\r");
		if (line.n && b.len)
			buf_adds(&b, "; ");
		buf_add_str(&b, line);
	}
	return buf_steal(&b);
}

/* "git log", "buildah": what a message calls the program. */
static char *
short_name(const struct proc_opts *opts)
{
	const char *name = path_base(opts->argv[0]), *first = opts->argv[1];

	if (!first || *first == '-' || *first == '/')
		return xstrdup(name);
	return xasprintf("%s %s", name, first);
}

static int
check_limits(const struct proc_opts *opts, const struct proc_result *result, struct err *err)
{
	char *AUTO_FREE name = short_name(opts);

	if (result->timed_out)
		return err_set(err, ERR_TOOL, "'%s' did not end within %.1f s", name,
			       (double)opts->timeout_ms / 1000);
	if (result->overflow)
		return err_set(err, ERR_TOOL, "'%s' wrote more than %zu bytes", name,
			       opts->stdout_max);
	return 0;
}

int
proc_run_status(const struct proc_opts *opts, struct buf *out, struct proc_result *ret,
		char **ret_stderr, struct err *err)
{
	struct loop *loop = loop_new_quiet();
	struct proc_opts split = *opts;
	struct waiting w = { 0 };
	struct proc *p = NULL;
	int rc;

	split.split_stdout = true;
	if (!split.stdout_max)
		split.stdout_max = MAX_CHILD_KEPT;
	rc = proc_start(loop, &split, on_exit_note, &w, &p, err);
	if (!rc) {
		rc = loop_run(loop, &w.done, err);
		BUG_ON(rc); /* poll(2) fails on wrong arguments only, and p lives on */
		rc = check_limits(&split, &w.result, err);
	}
	if (!rc) {
		*ret = w.result;
		if (out)
			buf_add_str(out, proc_stdout(p));
		if (ret_stderr)
			*ret_stderr = joined_lines(proc_tail(p));
	}
	proc_free(p);
	loop_free(loop);
	return rc;
}

int
proc_run(const struct proc_opts *opts, struct buf *out, struct err *err)
{
	char *AUTO_FREE complaint = NULL, *AUTO_FREE name = NULL, *AUTO_FREE how = NULL;
	struct buf AUTO_BUF bytes = BUF_INIT;
	struct proc_result result;
	int ret = proc_run_status(opts, &bytes, &result, &complaint, err);

	if (!ret && !result.status && out)
		buf_add_str(out, buf_str(&bytes));
	if (ret || !result.status)
		return ret;
	name = short_name(opts);
	how = proc_status_text(result.status);
	return err_set(err, ERR_TOOL, "'%s' failed: %s%s%s", name, how, *complaint ? ": " : "",
		       complaint);
}
