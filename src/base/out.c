/* SPDX-License-Identifier: Apache-2.0 */
/* out.c: standard output, standard error and the terminal behind them. */
#include "base/out.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#define WIDTH_UNKNOWN 80
#define TAB_STOP 8

/* The descriptors belong to the process, and so does what is known about them. */
static struct {
	bool color_out, color_err;
	bool debug;
	bool failed; /* a write to stdout */
} out;

static bool
is_set(const char *name)
{
	const char *value = getenv(name);

	return value && *value;
}

void
out_init(enum out_color color)
{
	const char *term = getenv("TERM"), *debug = getenv("LOCKSTEP_DEBUG");
	bool plain = color == OUT_NEVER;

	if (color == OUT_AUTO)
		plain = is_set("NO_COLOR") || is_set("CI") || !term || !strcmp(term, "dumb");
	out.color_out = !plain && (color == OUT_ALWAYS || out_stdout_is_tty());
	out.color_err = !plain && (color == OUT_ALWAYS || out_stderr_is_tty());
	out.debug = debug && !strcmp(debug, "1");
}

bool
out_stdout_is_tty(void)
{
	return isatty(STDOUT_FILENO);
}

bool
out_stderr_is_tty(void)
{
	return isatty(STDERR_FILENO);
}

int
out_width(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) || !size.ws_col)
		return WIDTH_UNKNOWN;
	return size.ws_col;
}

void
out_print(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (vprintf(fmt, ap) < 0)
		out.failed = true;
	va_end(ap);
}

void
out_write(struct str s)
{
	if (s.n && fwrite(s.p, 1, s.n, stdout) != s.n)
		out.failed = true;
}

static void PRINTF(1, 0) write_err(const char *fmt, va_list ap)
{
	struct buf AUTO_BUF b = BUF_INIT;
	struct str rest;

	buf_addvf(&b, fmt, ap);
	/* With both on one terminal, lines have to come in the order in which they were said. */
	if (fflush(stdout))
		out.failed = true;
	for (rest = buf_str(&b); rest.n;) {
		ssize_t n = write(STDERR_FILENO, rest.p, rest.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return; /* there is no place left to say so */
		rest = str_sub(rest, (size_t)n, rest.n);
	}
}

void
out_err(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	write_err(fmt, ap);
	va_end(ap);
}

void
out_debug(const char *fmt, ...)
{
	va_list ap;

	if (!out.debug)
		return;
	va_start(ap, fmt);
	write_err(fmt, ap);
	va_end(ap);
}

static const char *
style_sequence(enum out_style style)
{
	static const char *const sequences[] = {
		[OUT_PLAIN] = "\x1b[0m", [OUT_BOLD] = "\x1b[1m",   [OUT_DIM] = "\x1b[2m",
		[OUT_RED] = "\x1b[31m",  [OUT_GREEN] = "\x1b[32m", [OUT_YELLOW] = "\x1b[33m",
		[OUT_BLUE] = "\x1b[34m", [OUT_CYAN] = "\x1b[36m",
	};

	BUG_ON((size_t)style >= ARRAY_SIZE(sequences));
	return sequences[style];
}

const char *
out_style(enum out_style style)
{
	return out.color_out ? style_sequence(style) : "";
}

const char *
out_style_err(enum out_style style)
{
	return out.color_err ? style_sequence(style) : "";
}

int
out_finish(void)
{
	if (fflush(stdout) || ferror(stdout))
		out.failed = true;
	return out.failed ? -1 : 0;
}

/* Characters that change what the others look like: controls, separators of lines, and the marks
 * that turn the direction of the text round. */
static bool
is_unsafe(uint32_t c)
{
	return (c < ' ' && c != '\t') || (c >= 0x7f && c < 0xa0) || c == 0x061c ||
	       (c >= 0x200e && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
	       (c >= 0x2066 && c <= 0x2069);
}

void
out_safe(struct buf *b, struct str s)
{
	size_t from = 0;

	for (size_t i = 0; i < s.n;) {
		uint32_t c = 0;
		size_t n = str_utf8(str_sub(s, i, s.n), &c);

		if (n && !is_unsafe(c)) {
			i += n;
			continue;
		}
		buf_add_str(b, str_sub(s, from, i));
		for (from = i + (n ? n : 1); i < from; i++)
			buf_addf(b, "\\x%02x", (unsigned char)s.p[i]);
	}
	if (from < s.n)
		buf_add_str(b, str_sub(s, from, s.n));
}

/* How wide the C library says the character is, in a locale of our own: the user's may be C. */
static int
char_width(uint32_t c)
{
	static locale_t utf8;
	locale_t before;
	int width;

	if (c >= ' ' && c < 0x7f)
		return 1;
	if (!utf8)
		utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	if (!utf8)
		return 1;
	before = uselocale(utf8);
	width = wcwidth((wchar_t)c);
	(void)uselocale(before); /* a locale that was in use is valid */
	return width < 0 ? 0 : width;
}

int
out_columns(struct str s)
{
	int columns = 0;

	for (size_t i = 0; i < s.n;) {
		uint32_t c = 0;
		size_t n = str_utf8(str_sub(s, i, s.n), &c);

		if (!n)
			columns++;
		else if (c == '\t')
			columns += TAB_STOP - columns % TAB_STOP;
		else
			columns += char_width(c);
		i += n ? n : 1;
	}
	return columns;
}
