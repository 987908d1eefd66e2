/* SPDX-License-Identifier: Apache-2.0 */
/* env.h: an environment that was handed down, as a value. */
#ifndef LOCKSTEP_BASE_ENV_H
#define LOCKSTEP_BASE_ENV_H

/* The value of NAME in a NULL-terminated list of "NAME=value", or NULL; env NULL is an empty one.
 * Below cli/ nobody reads the environment of the process: what is needed of it is passed in. */
const char *env_get(const char *const *env, const char *name);
/* The same, and NULL when it is empty. */
const char *env_nonempty(const char *const *env, const char *name);

#endif
