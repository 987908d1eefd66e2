/* SPDX-License-Identifier: Apache-2.0 */
/* port.h: TCP ports of this machine. */
#ifndef LOCKSTEP_IO_PORT_H
#define LOCKSTEP_IO_PORT_H

#include "base/err.h"

/* A port of 127.0.0.1 on which nobody listens now. Somebody may the moment after, so who uses it
 * must be ready to try another. */
int port_free(int *ret, struct err *err) NODISCARD;

#endif
