/* SPDX-License-Identifier: Apache-2.0 */
/* download.h: what an address holds, by its digest. */
#ifndef LOCKSTEP_ENGINE_DOWNLOAD_H
#define LOCKSTEP_ENGINE_DOWNLOAD_H

#include "base/err.h"
#include "base/sha256.h"

/* GETs it and hashes the body as it comes; nothing is kept. ERR_TEMPORARY when it may be there
 * later; ERR_REMOTE when it is not there. */
int download_digest(const char *url, struct sha256 *ret, struct err *err) NODISCARD;

#endif
