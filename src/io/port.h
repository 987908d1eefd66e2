/* SPDX-License-Identifier: Apache-2.0 */
/* port.h: TCP ports of this machine. */
#ifndef LOCKSTEP_IO_PORT_H
#define LOCKSTEP_IO_PORT_H

#include "base/err.h"
#include "base/str.h"

#include <sys/types.h>

/* A port of 127.0.0.1 on which nobody listens now. Somebody may the moment after, so who uses it
 * must be ready to try another. */
int port_free(int *ret, struct err *err) NODISCARD;

/* Sockets that listen on a TCP port, by inode, in the network that a process is in. At most max of
 * them are written; returns how many. None when the process is gone. */
size_t port_listeners(pid_t pid, int port, unsigned long long *ret, size_t max);
/* The same out of the text of one table (/proc/PID/net/tcp, tcp6). */
size_t port_parse_table(struct str table, int port, unsigned long long *ret, size_t max);

#endif
