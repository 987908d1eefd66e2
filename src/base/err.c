/* SPDX-License-Identifier: Apache-2.0 */
/* err.c: what went wrong, as data. */
#include "base/err.h"

#include "base/buf.h"

#include <errno.h>
#include <string.h>

static int
err_put(struct err *err, enum err_class class, char *take_msg)
{
	err_clear(err);
	err->class = class;
	err->msg = take_msg;
	return -(int)class;
}

int
err_set(struct err *err, enum err_class class, const char *fmt, ...)
{
	va_list ap;
	char *msg;

	BUG_ON(class == ERR_NONE);
	if (!err)
		return -(int)class;
	va_start(ap, fmt);
	msg = xvasprintf(fmt, ap);
	va_end(ap);
	return err_put(err, class, msg);
}

int
err_sys(struct err *err, const char *fmt, ...)
{
	int saved = errno;
	char *AUTO_FREE what = NULL;
	va_list ap;
	int ret;

	if (!err)
		return -ERR_SYSTEM;
	va_start(ap, fmt);
	what = xvasprintf(fmt, ap);
	va_end(ap);
	/* %m and not strerror(): that one is not safe in the threads that hash. */
	errno = saved;
	ret = err_put(err, ERR_SYSTEM, xasprintf("%s: %m", what));
	err->sys_errno = saved;
	return ret;
}

static void PRINTF(5, 0) err_put_at(struct err *err, const char *file, int line, int col,
				    const char *fmt, va_list ap)
{
	char *msg = xvasprintf(fmt, ap);
	char *copy = file ? xstrdup(file) : NULL;

	(void)err_put(err, ERR_INPUT, msg); /* the class is known here */
	err->where = (struct err_where){ copy, line, col };
}

int
err_at(struct err *err, const char *file, int line, int col, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return -ERR_INPUT;
	va_start(ap, fmt);
	err_put_at(err, file, line, col, fmt, ap);
	va_end(ap);
	return -ERR_INPUT;
}

void
err_hint(struct err *err, const char *fmt, ...)
{
	va_list ap;
	char *hint;

	if (!err || err->class == ERR_NONE)
		return;
	va_start(ap, fmt);
	hint = xvasprintf(fmt, ap);
	va_end(ap);
	free(err->hint);
	err->hint = hint;
}

int
err_prefix(struct err *err, const char *fmt, ...)
{
	char *AUTO_FREE prefix = NULL;
	char *msg;
	va_list ap;

	/* Without an err the class is gone, and still the caller has to see a failure. */
	if (!err)
		return -ERR_FAILED;
	BUG_ON(err->class == ERR_NONE);
	va_start(ap, fmt);
	prefix = xvasprintf(fmt, ap);
	va_end(ap);
	msg = xasprintf("%s: %s", prefix, err->msg);
	free(err->msg);
	err->msg = msg;
	return -(int)err->class;
}

void
err_clear(struct err *err)
{
	free(err->where.file);
	free(err->msg);
	free(err->hint);
	*err = (struct err)ERR_INIT;
}

int
err_move(struct err *dst, struct err *src)
{
	enum err_class class = src->class;

	if (!dst) {
		err_clear(src);
	} else if (dst != src) {
		err_clear(dst);
		*dst = *src;
		*src = (struct err)ERR_INIT;
	}
	return -(int)class;
}

char *
err_text(const struct err *err)
{
	struct buf b = BUF_INIT;

	if (err->where.file) {
		buf_adds(&b, err->where.file);
		if (err->where.line > 0)
			buf_addf(&b, ":%d", err->where.line);
		if (err->where.line > 0 && err->where.col > 0)
			buf_addf(&b, ":%d", err->where.col);
		buf_adds(&b, ": ");
	}
	buf_adds(&b, err->msg ? err->msg : "no error");
	return buf_steal(&b);
}

const char *
err_class_name(enum err_class class)
{
	static const char *const names[] = {
		[ERR_NONE] = "none",     [ERR_USAGE] = "usage",         [ERR_INPUT] = "input",
		[ERR_FAILED] = "failed", [ERR_REFUSED] = "refused",     [ERR_SYSTEM] = "system",
		[ERR_TOOL] = "tool",     [ERR_TEMPORARY] = "temporary", [ERR_REMOTE] = "remote",
		[ERR_STORE] = "store",   [ERR_CANCELLED] = "cancelled",
	};

	BUG_ON((size_t)class >= ARRAY_SIZE(names));
	return names[class];
}

static struct err *
err_list_new(struct err_list *list)
{
	size_t n = list->n;

	/* Room is always the next power of two, so the length alone tells when it is full. */
	if (!(n & (n - 1)))
		list->items = xreallocarray(list->items, n ? 2 * n : 1, sizeof(*list->items));
	list->items[n] = (struct err)ERR_INIT;
	list->n++;
	return &list->items[n];
}

struct err *
err_list_at(struct err_list *list, const char *file, int line, int col, const char *fmt, ...)
{
	struct err *err = err_list_new(list);
	va_list ap;

	va_start(ap, fmt);
	err_put_at(err, file, line, col, fmt, ap);
	va_end(ap);
	return err;
}

void
err_list_take(struct err_list *list, struct err *err)
{
	BUG_ON(err->class == ERR_NONE);
	(void)err_move(err_list_new(list), err); /* kept, not reported here */
}

static int
cmp_text(const char *a, const char *b)
{
	if (!a || !b)
		return !!a - !!b;
	return strcmp(a, b);
}

static int
cmp_place_and_text(const struct err *a, const struct err *b)
{
	int c = cmp_text(a->where.file, b->where.file);

	if (!c)
		c = (a->where.line > b->where.line) - (a->where.line < b->where.line);
	if (!c)
		c = (a->where.col > b->where.col) - (a->where.col < b->where.col);
	return c ? c : cmp_text(a->msg, b->msg);
}

static int
cmp_err(const void *pa, const void *pb)
{
	const struct err *a = pa, *b = pb;
	int c = cmp_place_and_text(a, b);

	/* Of equal ones the first stays: let that be one with a hint. */
	return c ? c : cmp_text(b->hint, a->hint);
}

void
err_list_sort(struct err_list *list)
{
	size_t kept = 0;

	if (!list->n)
		return;
	qsort(list->items, list->n, sizeof(*list->items), cmp_err);
	for (size_t i = 1; i < list->n; i++) {
		if (cmp_place_and_text(&list->items[kept], &list->items[i]))
			list->items[++kept] = list->items[i];
		else
			err_clear(&list->items[i]);
	}
	list->n = kept + 1;
}

void
err_list_clear(struct err_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		err_clear(&list->items[i]);
	free(list->items);
	*list = (struct err_list)ERR_LIST_INIT;
}
