/* SPDX-License-Identifier: Apache-2.0 */
/* disk.c: adds up the blocks of a tree. */
#include "io/disk.h"

#include "base/mem.h"

#include "base/str.h"
#include "base/vec.h"

#include <dirent.h>
#include <errno.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define BLOCK 512 /* of st_blocks, whatever the file system's is */

int64_t
disk_use(const char *path)
{
	AUTO_FREE char *top = xstrdup(path);
	char *paths[] = { top, NULL };
	FTS *walk = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	const FTSENT *e;
	int64_t sum = 0;

	if (!walk)
		return 0;
	while ((e = fts_read(walk)))
		if (e->fts_info != FTS_DP && e->fts_info != FTS_NS && e->fts_info != FTS_ERR)
			sum += (int64_t)e->fts_statp->st_blocks * BLOCK;
	(void)fts_close(walk);
	return sum;
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int
disk_list(const char *path, char ***ret, size_t *ret_n, struct err *err)
{
	VEC(char *) names = { 0 };
	DIR *dir = opendir(path);
	const struct dirent *e;

	*ret = NULL;
	*ret_n = 0;
	if (!dir)
		return errno == ENOENT ? 0 : err_sys(err, "cannot read '%s'", path);
	while ((e = readdir(dir)))
		if (strcmp(e->d_name, ".") && strcmp(e->d_name, ".."))
			vec_push(&names, xstrdup(e->d_name));
	(void)closedir(dir);
	if (names.n)
		qsort(names.v, names.n, sizeof(*names.v), compare);
	*ret = names.v;
	*ret_n = names.n;
	return 0;
}
