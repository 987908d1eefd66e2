/* SPDX-License-Identifier: Apache-2.0 */
/* complaint.c: the last words of a builder. */
#include "engine/complaint.h"

struct str
complaint_line(struct str tail)
{
	struct str line, last = STR_LIT("no output");

	while (str_next_line(&tail, &line)) {
		line = str_trim(line, " \t\r");
		if (line.n)
			last = line;
	}
	return last;
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
					     "unexpected EOF" };

	for (size_t i = 0; i < ARRAY_SIZE(signs); i++)
		if (memmem(tail.p, tail.n, signs[i], strlen(signs[i])))
			return ERR_TEMPORARY;
	return otherwise;
}
