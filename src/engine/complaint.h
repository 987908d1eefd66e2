/* SPDX-License-Identifier: Apache-2.0 */
/* complaint.h: what a builder that failed said. */
#ifndef LOCKSTEP_ENGINE_COMPLAINT_H
#define LOCKSTEP_ENGINE_COMPLAINT_H

#include "base/err.h"
#include "base/str.h"

/* The last line of its output that is none of blanks, or the end of that line if it is a long one. */
struct str complaint_line(struct str tail);
/* It had no room for what it makes. */
bool complaint_disk_full(struct str tail);
/* ERR_TEMPORARY when a registry or the network is down, by the signs that it prints; else what was
 * given. */
enum err_class complaint_class(struct str tail, enum err_class otherwise);

#endif
