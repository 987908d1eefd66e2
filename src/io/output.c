/* SPDX-License-Identifier: Apache-2.0 */
/* output.c: bytes as they come, to a log, to lines, to the end that is kept. */
#include "io/output.h"

#include "base/file.h"

#include <errno.h>
#include <unistd.h>

void
output_init(struct output *o)
{
	buf_init(&o->tail, 0);
	buf_init(&o->line, 0);
}

void
output_fini(struct output *o)
{
	buf_fini(&o->tail);
	buf_fini(&o->line);
}

static void
give_line(struct output *o, struct str line)
{
	o->on_line(o->ctx, line);
}

/* Whole lines go out without a copy; the beginning of an unfinished one waits in o->line. */
static void
take_lines(struct output *o, struct str bytes)
{
	while (bytes.n) {
		size_t lf = str_find(bytes, '\n'), room = OUTPUT_LINE_MAX - o->line.len;
		size_t n = lf < room ? lf : room;
		bool whole = lf < bytes.n && n == lf;

		if (n > bytes.n)
			n = bytes.n;
		if (!whole && n < room) {
			buf_add(&o->line, bytes.p, n);
			return;
		}
		if (o->line.len) {
			buf_add(&o->line, bytes.p, n);
			give_line(o, buf_str(&o->line));
			buf_clear(&o->line);
		} else {
			give_line(o, str_sub(bytes, 0, n));
		}
		bytes = str_sub(bytes, n + whole, bytes.n);
	}
}

static void
write_log(struct output *o, struct str bytes)
{
	while (o->log_fd >= 0 && bytes.n) {
		ssize_t n = write(o->log_fd, bytes.p, bytes.n);

		if (n >= 0) {
			bytes = str_sub(bytes, (size_t)n, bytes.n);
		} else if (errno != EINTR) {
			o->log_errno = errno;
			o->log_fd = -1;
		}
	}
}

bool
output_take(struct output *o, struct str bytes)
{
	bool fits = !o->whole || o->tail.len + bytes.n <= MAX_CHILD_KEPT;

	if (!fits)
		bytes = str_sub(bytes, 0, MAX_CHILD_KEPT - o->tail.len);
	write_log(o, bytes);
	buf_add_str(&o->tail, bytes);
	if (o->tail.len > 2 * MAX_CHILD_KEPT)
		buf_consume(&o->tail, o->tail.len - MAX_CHILD_KEPT);
	if (o->on_line)
		take_lines(o, bytes);
	return fits;
}

void
output_end(struct output *o)
{
	if (o->line.len)
		give_line(o, buf_str(&o->line));
	buf_clear(&o->line);
}

struct str
output_tail(const struct output *o)
{
	struct str all = buf_str(&o->tail);

	return all.n > MAX_CHILD_KEPT ? str_sub(all, all.n - MAX_CHILD_KEPT, all.n) : all;
}
