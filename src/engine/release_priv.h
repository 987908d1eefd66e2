/* SPDX-License-Identifier: Apache-2.0 */
/* release_priv.h: what the files of release share. */
#ifndef LOCKSTEP_ENGINE_RELEASE_PRIV_H
#define LOCKSTEP_ENGINE_RELEASE_PRIV_H

#include "engine/release.h"

/* release_note.c: writes down what was released, for the next runner; or says in it why not. */
void release_note(const struct release_opts *opts, struct release *release);

#endif
