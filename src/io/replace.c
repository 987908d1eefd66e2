/* SPDX-License-Identifier: Apache-2.0 */
/* replace.c: new contents for several files at once. */
#include "io/replace.h"

#include "base/file.h"
#include "io/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

/* Still what the caller read? Somebody's editor may have been faster. */
static int
check_unchanged(const struct replace *f, struct err *err)
{
	struct buf AUTO_BUF now = BUF_INIT;
	int r;

	buf_init(&now, 0);
	r = file_read(AT_FDCWD, f->path, f->old.n, &now, err);
	if (r && r != -ERR_INPUT)
		return r;
	if (r || !str_eq(buf_str(&now), f->old)) {
		err_clear(err);
		return err_set(err, ERR_REFUSED, "'%s' has changed since it was read", f->path);
	}
	return 0;
}

static int
rename_one(const char *beside, const char *path, struct err *err)
{
	if (fault_hit("rename"))
		errno = ENOSPC;
	else if (!rename(beside, path))
		return 0;
	return err_sys(err, "cannot write '%s'", path);
}

static int
rename_all(const struct replace *files, char *const *beside, size_t n, size_t *done,
	   struct err *err)
{
	int r = 0;

	for (size_t i = 0; !r && i < n; i++)
		r = check_unchanged(&files[i], err);
	for (*done = 0; !r && *done < n; *done += !r)
		r = rename_one(beside[*done], files[*done].path, err);
	if (!r)
		return 0;
	for (size_t i = 0; i < *done; i++) {
		AUTO_ERR struct err again = ERR_INIT;

		if (file_write(files[i].path, files[i].old, files[i].mode, &again))
			err_hint(err, "'%s' was written before that and stays so: %s",
				 files[i].path, again.msg);
	}
	return r;
}

int
replace_all(const struct replace *files, size_t n, struct err *err)
{
	char **beside = xcalloc(n + 1, sizeof(*beside));
	size_t done = 0;
	int r = 0;

	for (size_t i = 0; !r && i < n; i++)
		r = file_write_beside(files[i].path, files[i].new, files[i].mode, &beside[i], err);
	if (!r)
		r = rename_all(files, beside, n, &done, err);
	for (size_t i = 0; i < n; i++) {
		if (r && i >= done && beside[i])
			(void)unlink(beside[i]); /* the first failure is the one to tell */
		free(beside[i]);
	}
	free(beside);
	return r;
}
