/* SPDX-License-Identifier: Apache-2.0 */
/* project_lock.c: the lock file that belongs to a graph file. */
#include "base/file.h"
#include "base/path.h"
#include "engine/project_priv.h"

#include <errno.h>
#include <fcntl.h>

/* "x/lockstep.yaml" has "x/lockstep.lock". */
static char *
lock_path(const char *graph_path)
{
	const char *base = path_base(graph_path), *dot = strrchr(base, '.');
	size_t n = dot && dot > base ? (size_t)(dot - graph_path) : strlen(graph_path);

	return xasprintf("%.*s.lock", (int)n, graph_path);
}

/* 1 read, 0 there is none. */
static int
read_text(struct project *p, const struct project_opts *opts, struct buf *text, struct err *err)
{
	const char *name = path_base(p->lock_path);
	const struct tree_entry *entry = NULL;
	int r;

	if (opts->commit && opts->graph_in_commit) {
		r = tree_stat(p->own.tree, str_c(name), &entry, err);
		if (r || !entry)
			return r;
		r = tree_read(p->own.tree, str_c(name), MAX_LOCK_FILE, text, err);
		return r ? r : 1;
	}
	r = file_read(AT_FDCWD, p->lock_path, MAX_LOCK_FILE, text, err);
	if (r == -ERR_SYSTEM && err->sys_errno == ENOENT) {
		err_clear(err);
		return 0;
	}
	return r ? r : 1;
}

static int
read_file(struct project *p, const struct project_opts *opts, struct err_list *errs,
	  struct err *err)
{
	AUTO_BUF struct buf text = BUF_INIT;
	int r;

	if (opts->lock) {
		p->lock = lockfile_copy(opts->lock);
		return 0;
	}
	buf_init(&text, 0);
	r = read_text(p, opts, &text, err);
	if (r <= 0)
		return r;
	p->lock = lockfile_parse(buf_str(&text), p->lock_path, errs);
	return p->lock ? 0 : -ERR_INPUT;
}

int
project_read_lock(struct project *p, const struct project_opts *opts, struct err_list *errs,
		  struct err *err)
{
	int r;

	if (opts->single)
		return 0;
	p->lock_path = lock_path(p->graph_path);
	r = read_file(p, opts, errs, err);
	if (r || !opts->pins || !lockfile_len(opts->pins))
		return r;
	if (!p->lock)
		p->lock = lockfile_new();
	for (size_t i = 0; i < lockfile_len(opts->pins); i++)
		lockfile_set(p->lock, lockfile_at(opts->pins, i));
	return 0;
}
