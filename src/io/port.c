/* SPDX-License-Identifier: Apache-2.0 */
/* port.c: lets the kernel choose a port. */
#include "io/port.h"

#include "base/file.h"

#include <arpa/inet.h>
#include <netinet/in.h>
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
