/* SPDX-License-Identifier: Apache-2.0 */
/* event_priv.h: what writing and reading an event share. */
#ifndef LOCKSTEP_MODEL_EVENT_PRIV_H
#define LOCKSTEP_MODEL_EVENT_PRIV_H

#include "model/event.h"

#define EVENT_ID_DIGITS "0123456789ABCDEFGHJKMNPQRSTVWXYZ" /* Crockford's base 32 */

/* 1 to 255 bytes without control characters. */
bool event_valid_line(struct str s);

#endif
