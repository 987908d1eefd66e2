/* SPDX-License-Identifier: Apache-2.0 */
/* file.c: whole files, read and written. */
#include "base/file.h"

#include "base/vec.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

#define READ_STEP ((size_t)64 << 10)

static int
too_large(const char *path, size_t max, struct err *err)
{
	return err_set(err, ERR_INPUT, "cannot read '%s': larger than %zu bytes", path, max);
}

static int
read_to_end(int fd, const char *path, size_t max, size_t step, struct buf *ret, struct err *err)
{
	for (;;) {
		char *to = buf_reserve(ret, step);
		ssize_t n = read(fd, to, step);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, "cannot read '%s'", path);
		if (!n)
			return 0;
		ret->len += (size_t)n;
		if (ret->len > max)
			return too_large(path, max, err);
		step = (size_t)n == step ? READ_STEP : step - (size_t)n;
	}
}

static int
read_all(int fd, const char *path, size_t max, struct buf *ret, struct err *err)
{
	struct stat st;
	size_t step;

	if (fstat(fd, &st))
		return err_sys(err, "cannot read '%s'", path);
	if (S_ISDIR(st.st_mode)) {
		errno = EISDIR;
		return err_sys(err, "cannot read '%s'", path);
	}
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_INPUT, "cannot read '%s': not a regular file", path);
	if ((uintmax_t)st.st_size > max)
		return too_large(path, max, err);
	/* One byte more than the size sees the end in one read; files in /proc have size 0. */
	step = st.st_size ? (size_t)st.st_size + 1 : READ_STEP;
	return read_to_end(fd, path, max, step, ret, err);
}

int
file_read_fd(int fd, const char *name, size_t max, struct buf *ret, struct err *err)
{
	int r;

	buf_clear(ret);
	r = read_to_end(fd, name, max, READ_STEP, ret, err);
	if (r)
		buf_clear(ret);
	return r;
}

int
file_read(int dirfd, const char *path, size_t max, struct buf *ret, struct err *err)
{
	/* O_NONBLOCK: a FIFO in the place of a file must not hang us. */
	int AUTO_FD fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	int r;

	buf_clear(ret);
	if (fd < 0)
		return err_sys(err, "cannot read '%s'", path);
	r = read_all(fd, path, max, ret, err);
	if (r)
		buf_clear(ret);
	return r;
}

static int
write_all(int fd, struct str data)
{
	while (data.n) {
		ssize_t n = write(fd, data.p, data.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		data = str_sub(data, (size_t)n, data.n);
	}
	return 0;
}

int
file_write_beside(const char *path, struct str data, mode_t mode, char **ret, struct err *err)
{
	char *AUTO_FREE beside = xasprintf("%s.XXXXXX.tmp", path);
	int fd = mkostemps(beside, 4, O_CLOEXEC), saved;
	bool ok;

	if (fd < 0)
		return err_sys(err, "cannot write '%s'", path);
	ok = !write_all(fd, data) && !fchmod(fd, mode) && !fsync(fd);
	saved = errno;
	if (close(fd) && ok) {
		ok = false;
		saved = errno;
	}
	if (ok) {
		*ret = STEAL(beside);
		return 0;
	}
	(void)unlink(beside); /* the first failure is the one to tell */
	errno = saved;
	return err_sys(err, "cannot write '%s'", path);
}

int
file_write(const char *path, struct str data, mode_t mode, struct err *err)
{
	char *AUTO_FREE beside = NULL;
	int r = file_write_beside(path, data, mode, &beside, err);

	if (r || !rename(beside, path))
		return r;
	r = err_sys(err, "cannot write '%s'", path);
	(void)unlink(beside); /* the first failure is the one to tell */
	return r;
}

static bool
make_dir(const char *path)
{
	struct stat st;
	int saved;

	if (!mkdir(path, 0700))
		return true;
	saved = errno;
	/* An existing folder may answer with EACCES or EROFS instead of EEXIST. */
	if (!stat(path, &st) && S_ISDIR(st.st_mode))
		return true;
	errno = saved;
	return false;
}

int
file_mkdirs(const char *path, struct err *err)
{
	char *AUTO_FREE part = xstrdup(path);

	for (char *p = part; *p;) {
		char end;

		p += strspn(p, "/");
		p += strcspn(p, "/");
		end = *p;
		*p = '\0';
		if (!make_dir(part))
			return err_sys(err, "cannot create folder '%s'", part);
		*p = end;
	}
	return 0;
}

bool
file_exists(int dirfd, const char *path)
{
	struct stat st;

	return !fstatat(dirfd, path, &st, 0);
}

/* A folder on the way down: who it is, for the way back up, and what it still holds. The last
 * name is the one being worked on. */
struct level {
	dev_t dev;
	ino_t ino;
	VEC(char *) names;
};

/* One descriptor whatever the depth: upwards goes through "..", and its identity is checked. */
struct removal {
	const char *root;
	int fd;
	VEC(struct level) levels;
};

static void
level_fini(struct level *l)
{
	for (size_t i = 0; i < l->names.n; i++)
		free(l->names.v[i]);
	vec_fini(&l->names);
}

static void
removal_fini(struct removal *r)
{
	for (size_t i = 0; i < r->levels.n; i++)
		level_fini(&r->levels.v[i]);
	vec_fini(&r->levels);
	if (r->fd >= 0)
		(void)close(r->fd); /* nothing was written through it */
}

static int
removal_err(const struct removal *r, struct err *err)
{
	struct buf AUTO_BUF place = { .max = PATH_MAX };
	int saved = errno;

	buf_adds(&place, r->root);
	for (size_t i = 0; i < r->levels.n; i++) {
		const struct level *l = &r->levels.v[i];

		if (!l->names.n)
			break;
		buf_addf(&place, "/%s", l->names.v[l->names.n - 1]);
	}
	errno = saved;
	return err_sys(err, "cannot remove '%s'", place.data);
}

static int
open_dir(int at, const char *name)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	struct stat st;
	int fd = openat(at, name, flags);

	if (fd < 0 && errno == EACCES && !fchmodat(at, name, 0700, AT_SYMLINK_NOFOLLOW))
		fd = openat(at, name, flags);
	/* When it is not ours to change, removing an entry will say so. */
	if (fd >= 0 && !fstat(fd, &st) && (st.st_mode & 0700) != 0700)
		(void)fchmod(fd, (st.st_mode & 07777) | 0700);
	return fd;
}

static int
list_names(int fd, struct level *l)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *e;
	int saved;

	if (!dir) {
		if (copy >= 0)
			(void)close(copy); /* fdopendir's failure is the one to tell */
		return -1;
	}
	while (errno = 0, (e = readdir(dir)))
		if (!str_eq_c(STR_LIT("."), e->d_name) && !str_eq_c(STR_LIT(".."), e->d_name))
			vec_push(&l->names, xstrdup(e->d_name));
	saved = errno;
	(void)closedir(dir); /* only read */
	errno = saved;
	return saved ? -1 : 0;
}

/* Takes fd as the new current folder. Another file system is not entered: it is a mount that was
 * left behind, and what is in it belongs to someone else. */
static int
enter(struct removal *r, int take_fd)
{
	struct level l = { 0 };
	struct stat st;
	int saved;

	if (fstat(take_fd, &st))
		goto fail;
	if (r->levels.n && st.st_dev != r->levels.v[0].dev) {
		errno = EXDEV;
		goto fail;
	}
	l.dev = st.st_dev;
	l.ino = st.st_ino;
	if (list_names(take_fd, &l))
		goto fail;
	if (r->fd >= 0)
		(void)close(r->fd); /* nothing was written through it */
	r->fd = take_fd;
	vec_push(&r->levels, l);
	return 0;
fail:
	saved = errno;
	(void)close(take_fd); /* the first failure is the one to tell */
	level_fini(&l);
	errno = saved;
	return -1;
}

static void
drop_name(struct level *l)
{
	free(l->names.v[--l->names.n]);
}

/* Removes the last entry of the current folder, or enters it. */
static int
remove_entry(struct removal *r)
{
	struct level *l = &r->levels.v[r->levels.n - 1];
	const char *name = l->names.v[l->names.n - 1];
	int fd;

	if (!unlinkat(r->fd, name, 0) || errno == ENOENT) {
		drop_name(l);
		return 0;
	}
	if (errno != EISDIR)
		return -1;
	fd = open_dir(r->fd, name);
	return fd < 0 ? -1 : enter(r, fd);
}

/* Leaves the current folder, which is empty now, and removes it. */
static int
leave(struct removal *r)
{
	struct level *l = &r->levels.v[r->levels.n - 1];
	struct stat st;
	int fd;

	level_fini(l);
	r->levels.n--;
	if (!r->levels.n)
		return 0;
	l--;
	fd = openat(r->fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	(void)close(r->fd); /* nothing was written through it */
	r->fd = fd;
	if (fstat(fd, &st))
		return -1;
	if (st.st_dev != l->dev || st.st_ino != l->ino) {
		errno = ESTALE;
		return -1;
	}
	if (unlinkat(fd, l->names.v[l->names.n - 1], AT_REMOVEDIR) && errno != ENOENT)
		return -1;
	drop_name(l);
	return 0;
}

int
file_remove_tree(const char *path, struct err *err)
{
	struct str trimmed = str_c(path);
	struct removal CLEANUP(removal_fini) r = { .fd = -1 };
	char *AUTO_FREE root = NULL;
	int fd;

	/* With a slash at its end a link would be followed. */
	while (trimmed.n > 1 && trimmed.p[trimmed.n - 1] == '/')
		trimmed.n--;
	r.root = root = str_dup(trimmed);
	fd = open_dir(AT_FDCWD, root);
	if (fd < 0) {
		if (errno == ENOTDIR || errno == ELOOP)
			fd = unlink(root);
		return !fd || errno == ENOENT ? 0 : removal_err(&r, err);
	}
	if (enter(&r, fd))
		return removal_err(&r, err);
	while (r.levels.n)
		if (r.levels.v[r.levels.n - 1].names.n ? remove_entry(&r) : leave(&r))
			return removal_err(&r, err);
	if (rmdir(root) && errno != ENOENT)
		return removal_err(&r, err);
	return 0;
}
