/* SPDX-License-Identifier: Apache-2.0 */
/* deliver_priv.h: what delivering and finding secrets share. */
#ifndef LOCKSTEP_ENGINE_DELIVER_PRIV_H
#define LOCKSTEP_ENGINE_DELIVER_PRIV_H

#include "engine/deliver.h"

/* The secret of a target, NULL when it needs none; caller frees. ERR_USAGE when it is not there,
 * ERR_SYSTEM when its file cannot be read. Its text is in no message. */
int deliver_secret(const struct deliver_opts *opts, const struct target *t, char **ret,
		   struct err *err) NODISCARD;

#endif
