/* SPDX-License-Identifier: Apache-2.0 */
/* git_head.c: what can be known of a repository without starting git. */
#include "io/git.h"

#include "base/file.h"
#include "base/path.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_REF_FILE (16u << 20)
#define MAX_SYMREFS 5
#define FIRST_LINE "gitdir: "

/* True for a git directory itself (bare, or a stored snapshot). */
static bool
is_git_dir(const char *dir)
{
	char *AUTO_FREE objects = path_join(dir, "objects"),
			*AUTO_FREE head = path_join(dir, "HEAD");

	return !access(objects, X_OK) && !access(head, R_OK);
}

/* True if ".git" in dir is a repository, or the file of a linked work tree or a submodule, and
 * belongs to us or to the owner of dir. */
static bool
has_dot_git(const char *dir)
{
	char *AUTO_FREE dot_git = path_join(dir, ".git");
	struct stat st, around;

	if (stat(dot_git, &st) || stat(dir, &around))
		return false;
	if (st.st_uid != geteuid() && st.st_uid != around.st_uid)
		return false;
	return S_ISREG(st.st_mode) || is_git_dir(dot_git);
}

int
git_toplevel(const char *path, char **ret, struct err *err)
{
	char *AUTO_FREE at = realpath(path, NULL);

	if (!at)
		return err_sys(err, "cannot open '%s'", path);
	*ret = NULL;
	if (is_git_dir(at)) {
		*ret = STEAL(at);
		return 0;
	}
	while (!has_dot_git(at)) {
		char *up;

		if (!strcmp(at, "/"))
			return 0;
		up = path_dir(at);
		free(at);
		at = up;
	}
	*ret = STEAL(at);
	return 0;
}

/* Reads a small file whole; an absent or unreadable one is none. */
static bool
slurp(const char *dir, const char *name, struct buf *ret)
{
	char *AUTO_FREE path = path_join(dir, name);

	buf_clear(ret);
	return !file_read(AT_FDCWD, path, MAX_REF_FILE, ret, NULL);
}

/* The folder behind .git: itself, or what the file of a linked work tree or a submodule names. */
static char *
git_dir(const char *toplevel)
{
	char *AUTO_FREE dot_git = path_join(toplevel, ".git"), *AUTO_FREE target = NULL;
	struct buf AUTO_BUF text = BUF_INIT;
	struct stat st;
	struct str line;

	if (stat(dot_git, &st))
		return is_git_dir(toplevel) ? xstrdup(toplevel) : NULL;
	if (S_ISDIR(st.st_mode))
		return STEAL(dot_git);
	buf_init(&text, 0);
	if (!slurp(toplevel, ".git", &text))
		return NULL;
	line = str_trim(buf_str(&text), "\r\n");
	if (!str_starts(line, STR_LIT(FIRST_LINE)))
		return NULL;
	target = str_dup(str_sub(line, strlen(FIRST_LINE), line.n));
	return path_join(toplevel, target);
}

bool
git_is_commit_id(struct str s)
{
	return str_is_hex(s, 40) || str_is_hex(s, 64);
}

static char *
packed_ref(const char *dir, const char *ref, struct buf *text)
{
	struct str rest, line;

	if (!slurp(dir, "packed-refs", text))
		return NULL;
	rest = buf_str(text);
	while (str_next_line(&rest, &line)) {
		size_t blank = str_find(line, ' ');
		struct str id = str_sub(line, 0, blank);

		if (blank < line.n && git_is_commit_id(id) &&
		    str_eq_c(str_sub(line, blank + 1, line.n), ref))
			return str_dup(id);
	}
	return NULL;
}

/* A linked work tree keeps HEAD in its own folder and the branches in the common one. */
static char *
common_dir(const char *dir, struct buf *text)
{
	char *AUTO_FREE name = NULL;

	if (!slurp(dir, "commondir", text))
		return xstrdup(dir);
	name = str_dup(str_trim(buf_str(text), "\r\n"));
	return path_join(dir, name);
}

static char *
read_head(const char *dir, const char *common)
{
	char *AUTO_FREE ref = xstrdup("HEAD");
	struct buf AUTO_BUF text = BUF_INIT;

	buf_init(&text, 0);
	for (int i = 0; i < MAX_SYMREFS; i++) {
		struct str line;

		if (!slurp(i ? common : dir, ref, &text))
			return packed_ref(common, ref, &text);
		line = str_trim(buf_str(&text), " \r\n");
		if (git_is_commit_id(line))
			return str_dup(line);
		if (!str_starts(line, STR_LIT("ref: ")))
			return NULL;
		free(ref);
		ref = str_dup(str_sub(line, strlen("ref: "), line.n));
	}
	return NULL;
}

int
git_head(const char *toplevel, char **ret, struct err *err)
{
	char *AUTO_FREE dir = git_dir(toplevel), *AUTO_FREE common = NULL;
	char *AUTO_FREE reftable = NULL;
	struct buf AUTO_BUF text = BUF_INIT;

	*ret = NULL;
	if (!dir)
		return 0;
	buf_init(&text, 0);
	common = common_dir(dir, &text);
	reftable = path_join(common, "reftable");
	/* References in a format that only git reads. */
	if (file_exists(AT_FDCWD, reftable))
		return git_resolve(toplevel, "HEAD", ret, err);
	*ret = read_head(dir, common);
	return 0;
}
