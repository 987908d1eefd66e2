/* SPDX-License-Identifier: Apache-2.0 */
/* uri.h: the little of RFC 3986 that is written by hand. */
#ifndef LOCKSTEP_BASE_URI_H
#define LOCKSTEP_BASE_URI_H

#include "base/buf.h"

/* Appends s with everything but unreserved characters as %XX: a segment of a path, or a value of a
 * query or a form. */
void uri_escape(struct buf *out, struct str s);

#endif
