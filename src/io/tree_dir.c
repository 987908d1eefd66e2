/* SPDX-License-Identifier: Apache-2.0 */
/* tree_dir.c: the files of a directory: opening, listing, looking. */
#include "io/tree_dir_priv.h"

#include "base/file.h"
#include "base/path.h"
#include "io/fault.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#define NS_PER_S 1000000000

/* Component by component, for kernels and sandboxes without openat2(2), and for paths longer than
 * a system call takes. */
static int
open_stepwise(struct tree_dir *d, const char *path, int flags)
{
	int AUTO_FD at = openat(d->fd, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct str rest = str_c(path), part;

	while (at >= 0 && str_next(&rest, '/', &part)) {
		char *AUTO_FREE name = str_dup(part);
		int fd;

		if (!rest.p)
			return openat(at, name, flags | O_NOFOLLOW | O_CLOEXEC);
		fd = openat(at, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		close_fdp(&at);
		at = fd;
	}
	return -1;
}

int
tree_dir_open(struct tree_dir *d, const char *path, int flags)
{
	struct open_how how = { .flags = (uint64_t)(flags | O_NOFOLLOW | O_CLOEXEC),
				.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS };
	int fd = -1;

	if (atomic_load(&d->stepwise) || strlen(path) >= PATH_MAX)
		return open_stepwise(d, path, flags);
	errno = ENOSYS;
	if (!fault_hit("openat2"))
		fd = (int)syscall(SYS_openat2, d->fd, path, &how, sizeof(how));
	/* EPERM is what older sandboxes say to a call that they do not know. */
	if (fd < 0 && (errno == ENOSYS || errno == EPERM)) {
		atomic_store(&d->stepwise, true);
		return open_stepwise(d, path, flags);
	}
	return fd;
}

int
tree_dir_open_dir(struct tree_dir *d, const char *path)
{
	int fd = tree_dir_open(d, path, O_RDONLY | O_DIRECTORY);

	if (fd < 0 && errno == ELOOP)
		errno = ENOTDIR;
	return fd;
}

static int64_t
to_ns(struct timespec t)
{
	return (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec;
}

struct tree_stamp
tree_dir_stamp(const struct stat *st)
{
	return (struct tree_stamp){
		.dev = st->st_dev,
		.ino = st->st_ino,
		.size = st->st_size,
		.mtime_ns = to_ns(st->st_mtim),
		.ctime_ns = to_ns(st->st_ctim),
		.mode = st->st_mode,
	};
}

/*
 * The kernel moves a file's ctime at every change on these, and nobody can put it back. On tmpfs it
 * stays when a file is written through a mapping, squashfs and vfat have mtime in its place, NFS tells
 * of others' changes late, and below FUSE there may be anything.
 */
static bool
is_blind(int dirfd)
{
	static const uint32_t seeing[] = {
		EXT4_SUPER_MAGIC, /* ext2 and ext3, too */
		XFS_SUPER_MAGIC,  BTRFS_SUPER_MAGIC, F2FS_SUPER_MAGIC, OVERLAYFS_SUPER_MAGIC,
		0x2fc12fc1, /* zfs */
		0xca451a4e, /* bcachefs */
	};
	struct statfs fs;

	if (fstatfs(dirfd, &fs))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(seeing); i++)
		if ((uint32_t)fs.f_type == seeing[i])
			return false;
	return true;
}

/* Fills all but the name and blind; 0 or an errno. */
static int
look(int dirfd, const char *name, struct tree_entry *e)
{
	struct stat st;

	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW))
		return errno;
	e->stamp = tree_dir_stamp(&st);
	tree_set_mode(e, st.st_mode);
	return 0;
}

/* The names of a directory, each with its NUL, as the file system orders them; 0 or an errno. */
static int
read_names(DIR *dir, struct buf *names, size_t *n)
{
	const struct dirent *de;

	while ((void)(errno = 0), (de = readdir(dir))) {
		if (!strcmp(de->d_name, ".") || !strcmp(de->d_name, ".."))
			continue;
		buf_add(names, de->d_name, strlen(de->d_name) + 1);
		++*n;
	}
	return errno;
}

/* Names that went away since they were read are left out; 0 or an errno. */
static int
look_at_all(int dirfd, struct tree_listing *l, size_t n)
{
	const char *name = l->names;
	bool blind = is_blind(dirfd);

	l->entries = xcalloc(n ? n : 1, sizeof(*l->entries));
	for (size_t i = 0; i < n; i++, name += strlen(name) + 1) {
		struct tree_entry *e = &l->entries[l->n];
		int why = look(dirfd, name, e);

		e->name = name;
		e->stamp.blind = blind;
		if (!why)
			l->n++;
		else if (why != ENOENT)
			return why;
	}
	return 0;
}

int
tree_dir_list(struct tree_dir *d, const char *path, struct tree_listing **ret)
{
	struct tree_listing *l;
	struct buf AUTO_BUF names = BUF_INIT;
	size_t n = 0;
	int fd = tree_dir_open_dir(d, path), why;
	DIR *dir;

	if (fd < 0)
		return errno;
	dir = fdopendir(fd);
	BUG_ON(!dir); /* it is a directory, and open */
	buf_init(&names, 0);
	why = read_names(dir, &names, &n);
	l = xcalloc(1, sizeof(*l));
	l->names = buf_steal(&names);
	if (!why)
		why = look_at_all(fd, l, n);
	(void)closedir(dir); /* opened for reading */
	if (why) {
		tree_listing_free(l);
		return why;
	}
	tree_listing_sort(l);
	*ret = l;
	return 0;
}

static int
dir_list(struct tree *t, const char *dir, struct tree_listing **ret, struct err *err)
{
	int why = tree_dir_list(t->own, dir, ret);

	return why ? tree_fail(dir, why, err) : 0;
}

/* The folder that holds path, and path's last component. */
static int
open_parent(struct tree_dir *d, const char *path, const char **ret_name)
{
	char *AUTO_FREE dir = path_dir(path);

	*ret_name = path_base(path);
	return tree_dir_open_dir(d, dir);
}

static int
dir_stat(struct tree *t, const char *path, const struct tree_entry **ret, struct err *err)
{
	struct tree_dir *d = t->own;
	struct tree_entry *e = map_get(d->stats, str_c(path)), fresh = { 0 };
	const char *name;
	int AUTO_FD fd = -1;
	int why;

	if (!e) {
		fd = open_parent(d, path, &name);
		why = fd < 0 ? errno : look(fd, name, &fresh);
		if (why == ENOENT) {
			*ret = NULL;
			return 0;
		}
		if (why)
			return tree_fail(path, why, err);
		fresh.stamp.blind = is_blind(fd);
		e = xmemdup(&fresh, sizeof(fresh));
		map_set(d->stats, str_c(path), e);
		/* The key lives as long as the entry. */
		e->name = path_base(map_key(d->stats, map_len(d->stats) - 1).p);
	}
	*ret = e;
	return 0;
}

static int
dir_readlink(struct tree *t, const char *path, char **ret, struct err *err)
{
	const char *name;
	int AUTO_FD fd = open_parent(t->own, path, &name);
	size_t size = 128;

	if (fd < 0)
		return tree_fail(path, errno, err);
	for (;; size *= 2) {
		char *AUTO_FREE target = xmalloc(size);
		ssize_t n = readlinkat(fd, name, target, size);

		if (n < 0)
			return tree_fail(path, errno, err);
		if ((size_t)n < size) {
			target[n] = '\0';
			*ret = STEAL(target);
			return 0;
		}
	}
}

/* size is what to expect. One byte more than the ceiling is asked for: a file that grows is found
 * out. */
static int
read_up_to(int fd, const char *path, size_t size, size_t max, struct buf *ret, struct err *err)
{
	while (ret->len <= max) {
		size_t want = (ret->len <= size ? size - ret->len : 0) + 1;
		ssize_t n = read(fd, buf_reserve(ret, want), want);

		if (n < 0 && errno != EINTR)
			return tree_fail(path, errno, err);
		if (!n)
			return 0;
		ret->len += n > 0 ? (size_t)n : 0;
	}
	buf_clear(ret);
	return tree_changed(path, err);
}

static int
dir_read(struct tree *t, const char *path, size_t max, struct buf *ret, struct err *err)
{
	/* A FIFO would otherwise keep us waiting for a writer. */
	int AUTO_FD fd = tree_dir_open(t->own, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0 && errno == ELOOP)
		return err_set(err, ERR_INPUT, "cannot read '%s': it is a symbolic link", path);
	if (fd < 0 || fstat(fd, &st))
		return tree_fail(path, errno, err);
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_INPUT, "cannot read '%s': it is no regular file", path);
	if ((uint64_t)st.st_size > max)
		return err_set(err, ERR_INPUT, "cannot read '%s': it is larger than %zu bytes",
			       path, max);
	return read_up_to(fd, path, (size_t)st.st_size, max, ret, err);
}

static void
dir_fini(struct tree *t)
{
	struct tree_dir *d = t->own;

	for (size_t i = 0; i < map_len(d->stats); i++)
		free(map_value(d->stats, i));
	map_free(d->stats);
	close_fdp(&d->fd);
	free(d);
}

static const struct tree_ops dir_ops = {
	.list = dir_list,
	.stat = dir_stat,
	.readlink = dir_readlink,
	.read = dir_read,
	.process = tree_dir_process,
	.prefetch = tree_dir_prefetch,
	.fini = dir_fini,
};

int
tree_open_dir(const char *path, struct tree **ret, struct err *err)
{
	int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct tree_dir *d;

	if (fd < 0)
		return err_sys(err, "cannot open directory '%s'", path);
	d = xcalloc(1, sizeof(*d));
	d->fd = fd;
	d->stats = map_new();
	*ret = tree_new(&dir_ops, xstrdup(path), d);
	return 0;
}

bool
tree_is_commit(const struct tree *t)
{
	return t->ops != &dir_ops;
}
