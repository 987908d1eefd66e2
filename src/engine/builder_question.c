/* SPDX-License-Identifier: Apache-2.0 */
/* builder_question.c: what was asked of a program, and what it said, while nothing has changed. */
#include "engine/builder_priv.h"

#include "base/sha256.h"

#include <sys/stat.h>
#include <unistd.h>

static char *
fingerprint(const struct builder *b, const struct builder_question *q)
{
	AUTO_BUF struct buf text = BUF_INIT;
	char hex[SHA256_HEX_SIZE];

	buf_init(&text, 0);
	buf_addf(&text, "%s %u\n", q->who, (unsigned)geteuid());
	for (size_t i = 0; i < q->nvars; i++) {
		const char *value = env_get(b->env, q->vars[i]);

		buf_addf(&text, "%s=%s\n", q->vars[i], value ? value : "");
	}
	for (size_t i = 0; i < q->nfiles; i++) {
		struct stat st;

		if (stat(q->files[i], &st) == 0)
			buf_addf(&text, "%s %lld %lld.%09ld\n", q->files[i], (long long)st.st_size,
				 (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
	}
	sha256_hex(sha256_of(text.data, text.len), hex);
	return xstrdup(hex);
}

static int
recall(struct builder *b, const struct builder_question *q, const char *print, struct buf *ret,
       struct err *err)
{
	AUTO_FREE char *name = xasprintf("%s-fingerprint", q->name);
	AUTO_FREE char *said = xasprintf("%s-info", q->name);
	AUTO_FREE char *was = NULL, *info = NULL;
	int r = store_get_meta(b->store, name, &was, err);

	if (!r)
		r = store_get_meta(b->store, said, &info, err);
	if (r || !was || !info || strcmp(was, print) != 0)
		return r;
	buf_adds(ret, info);
	return 1;
}

static int
remember(struct builder *b, const struct builder_question *q, const char *print, struct str said,
	 struct err *err)
{
	AUTO_FREE char *name = xasprintf("%s-fingerprint", q->name);
	AUTO_FREE char *info = xasprintf("%s-info", q->name);
	AUTO_FREE char *text = str_dup(said);
	int r = store_set_meta(b->store, info, text, err);

	return r ? r : store_set_meta(b->store, name, print, err);
}

int
builder_recall(struct builder *b, const struct builder_question *q, struct buf *ret,
	       struct err *err)
{
	AUTO_FREE char *print = fingerprint(b, q);

	return b->store ? recall(b, q, print, ret, err) : 0;
}

int
builder_remember(struct builder *b, const struct builder_question *q, struct str said,
		 struct err *err)
{
	AUTO_FREE char *print = fingerprint(b, q);

	return b->store ? remember(b, q, print, said, err) : 0;
}
