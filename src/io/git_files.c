/* SPDX-License-Identifier: Apache-2.0 */
/* git_files.c: the files that git knows. */
#include "io/git_files.h"

#include "io/git_priv.h"

#define MAX_OUTPUT (64u << 20)

static bool
read_octal(struct str s, uint32_t *ret)
{
	uint32_t value = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '7' || s.n > 7)
			return false;
		value = value * 8 + (uint32_t)(s.p[i] - '0');
	}
	*ret = value;
	return s.n > 0;
}

/* "MODE … TAB PATH"; of a path that is there thrice, in conflict, one entry. */
static void
add_file(void *ctx, struct str record)
{
	git_files *ret = ctx;
	size_t tab = str_find(record, '\t');
	struct git_file f = { 0 };
	struct str path;

	if (tab == record.n || !read_octal(str_sub(record, 0, str_find(record, ' ')), &f.mode))
		return;
	path = str_sub(record, tab + 1, record.n);
	if (ret->n && str_eq_c(path, ret->v[ret->n - 1].path))
		return;
	f.path = str_dup(path);
	vec_push(ret, f);
}

int
git_list_files(const char *top, const char *rev, git_files *ret, struct err *err)
{
	const char *of_index[] = { "ls-files", "-z", "--stage", NULL };
	const char *of_commit[] = { "ls-tree", "-r", "-z", "--full-tree", rev, NULL };

	return git_run_records(top, rev ? of_commit : of_index, MAX_OUTPUT, add_file, ret, err);
}

void
git_files_fini(git_files *f)
{
	for (size_t i = 0; i < f->n; i++)
		free(f->v[i].path);
	vec_fini(f);
}

int
git_last_trailer(const char *top, const char *rev, const char *text, const char *trailer,
		 char **ret, struct err *err)
{
	char *AUTO_FREE format =
		xasprintf("--format=%%(trailers:key=%s,valueonly,unfold,separator=%%x0A)", trailer);
	char *AUTO_FREE has_text = xasprintf("--grep=%s", text);
	char *AUTO_FREE has_trailer = xasprintf("--grep=%s: ", trailer);
	const char *args[] = { "log",
			       "-1",
			       "--no-show-signature",
			       "--encoding=UTF-8",
			       "--fixed-strings",
			       "--all-match",
			       has_text,
			       has_trailer,
			       format,
			       "--end-of-options",
			       rev,
			       "--",
			       NULL };
	struct buf AUTO_BUF out = BUF_INIT;
	struct str value;
	int r;

	*ret = NULL;
	buf_init(&out, 0);
	r = git_run(top, args, MAX_OUTPUT, &out, err);
	if (r)
		return r;
	value = str_trim(buf_str(&out), " \t\n");
	/* Of one that is there twice the last counts, as git itself has it. */
	for (size_t lf = str_find(value, '\n'); lf < value.n; lf = str_find(value, '\n'))
		value = str_sub(value, lf + 1, value.n);
	if (value.n)
		*ret = str_dup(value);
	return 0;
}
