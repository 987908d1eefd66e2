/* SPDX-License-Identifier: Apache-2.0 */
/* complaint.c: the last words of a builder. */
#include "engine/complaint.h"

#define LINE_MAX_SHOWN 300

/* Errors of Go programs begin with who was asked, and end with what went wrong. */
static struct str
last_part(struct str line)
{
	struct str end = str_sub(line, line.n - LINE_MAX_SHOWN, line.n);
	const char *colon = memmem(end.p, end.n, ": ", 2);
	size_t from = colon ? (size_t)(colon - end.p) + 2 : 0;

	while (!colon && from < end.n && ((unsigned char)end.p[from] & 0xc0) == 0x80)
		from++; /* inside a character */
	return str_sub(end, from, end.n);
}

struct str
complaint_line(struct str tail)
{
	struct str line, last = STR_LIT("no output");

	while (str_next_line(&tail, &line)) {
		line = str_trim(line, " \t\r");
		if (line.n)
			last = line;
	}
	return last.n > LINE_MAX_SHOWN ? last_part(last) : last;
}

/* As Go says it, and in the last line, which is the builder's own: what a RUN printed comes before. */
bool
complaint_disk_full(struct str tail)
{
	static const char *const signs[] = { "no space left on device", "disk quota exceeded" };
	struct str said = complaint_line(tail);

	for (size_t i = 0; i < ARRAY_SIZE(signs); i++)
		if (memmem(said.p, said.n, signs[i], strlen(signs[i])))
			return true;
	return false;
}

/* In what buildah prints: Go's net errors. */
enum err_class
complaint_class(struct str tail, enum err_class otherwise)
{
	static const char *const signs[] = { "connection refused",
					     "i/o timeout",
					     "no such host",
					     "TLS handshake timeout",
					     "connection reset",
					     "toomanyrequests",
					     "503 Service Unavailable",
					     "network is unreachable",
					     "Too Many Requests",
					     "500 Internal Server Error",
					     "502 Bad Gateway",
					     "504 Gateway",
					     "status code from registry 5",
					     "unexpected EOF" };

	for (size_t i = 0; i < ARRAY_SIZE(signs); i++)
		if (memmem(tail.p, tail.n, signs[i], strlen(signs[i])))
			return ERR_TEMPORARY;
	return otherwise;
}
