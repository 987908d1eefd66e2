/* SPDX-License-Identifier: Apache-2.0 */
/* dispatch_send.h: sending what is in the outbox, and showing how it goes. */
#ifndef LOCKSTEP_CLI_DISPATCH_SEND_H
#define LOCKSTEP_CLI_DISPATCH_SEND_H

#include "cli/session.h"
#include "engine/deliver.h"

/* Where attempts are shown. */
struct dispatch_show {
	bool lines;       /* on standard output */
	json_t *attempts; /* an array, borrowed; NULL = not there */
};

/* Options for deliver() that show every attempt. Loop, targets and times are the caller's. */
struct deliver_opts dispatch_send_opts(struct session *s, struct dispatch_show *show);

#endif
