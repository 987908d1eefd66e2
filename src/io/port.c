/* SPDX-License-Identifier: Apache-2.0 */
/* port.c: lets the kernel choose a port. */
#include "io/port.h"

#include "base/file.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>

int
port_free(int *ret, struct err *err)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(at);
	int AUTO_FD fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&at, n) ||
	    getsockname(fd, (struct sockaddr *)&at, &n))
		return err_sys(err, "cannot find a free port");
	*ret = ntohs(at.sin_port);
	return 0;
}

/* "  0: 00000000:1F91 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 4711 1 …" */
enum { COL_LOCAL = 1, COL_STATE = 3, COL_INODE = 9, NCOLS };

#define MAX_TABLE (4u << 20)

static bool
split(struct str line, struct str cols[NCOLS])
{
	struct str piece;
	size_t n = 0;

	while (n < NCOLS && str_next(&line, ' ', &piece))
		if (piece.n)
			cols[n++] = piece;
	return n == NCOLS;
}

static bool
is_listener(const struct str cols[NCOLS], int port)
{
	char want[8];
	int n = snprintf(want, sizeof(want), ":%04X", port);

	return str_eq_c(cols[COL_STATE], "0A") &&
	       str_ends(cols[COL_LOCAL], (struct str){ want, (size_t)n });
}

size_t
port_parse_table(struct str table, int port, unsigned long long *ret, size_t max)
{
	struct str line, cols[NCOLS];
	size_t n = 0;

	while (n < max && str_next_line(&table, &line))
		if (split(line, cols) && is_listener(cols, port) &&
		    str_to_u64(cols[COL_INODE], &ret[n]))
			n++;
	return n;
}

size_t
port_listeners(pid_t pid, int port, unsigned long long *ret, size_t max)
{
	static const char *const tables[] = { "tcp", "tcp6" };
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
		AUTO_FREE char *path = xasprintf("/proc/%d/net/%s", (int)pid, tables[i]);
		AUTO_ERR struct err ignored = ERR_INIT; /* it may have ended */
		AUTO_BUF struct buf text = BUF_INIT;

		buf_init(&text, 0);
		if (!file_read(AT_FDCWD, path, MAX_TABLE, &text, &ignored))
			n += port_parse_table(buf_str(&text), port, ret + n, max - n);
	}
	return n;
}
