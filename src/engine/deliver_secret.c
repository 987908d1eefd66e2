/* SPDX-License-Identifier: Apache-2.0 */
/* deliver_secret.c: tokens and secrets from the environment or from files. */
#include "base/file.h"
#include "base/path.h"
#include "engine/deliver_priv.h"

#include <fcntl.h>

#define MAX_SECRET 4096

static int
from_file(const struct deliver_opts *opts, const char *file, char **ret, struct err *err)
{
	AUTO_FREE char *path = path_join(opts->root, file);
	AUTO_BUF struct buf text = BUF_INIT;
	int r = file_read(AT_FDCWD, path, MAX_SECRET, &text, err);

	if (r)
		return r;
	*ret = str_dup(str_trim(buf_str(&text), " \t\r\n"));
	return 0;
}

int
deliver_secret(const struct deliver_opts *opts, const struct target *t, char **ret, struct err *err)
{
	const char *value;
	AUTO_FREE char *secret = NULL;

	if (t->secret_file) {
		int r = from_file(opts, t->secret_file, &secret, err);

		if (r)
			return err_prefix(err, "%s", t->name);
	} else if (t->secret_env) {
		value = opts->env(opts->ctx, t->secret_env);
		secret = value ? xstrdup(value) : NULL;
	} else {
		*ret = NULL;
		return 0;
	}
	if (!secret || !*secret) {
		err_set(err, ERR_USAGE, "%s: %s '%s' %s", t->name,
			t->secret_file ? "the file" : "the environment variable",
			t->secret_file ? t->secret_file : t->secret_env,
			secret ? "is empty" : "is not set");
		err_hint(err, "it holds the token or the secret; events wait in the outbox");
		return -ERR_USAGE;
	}
	*ret = STEAL(secret);
	return 0;
}
