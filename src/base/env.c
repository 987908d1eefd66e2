/* SPDX-License-Identifier: Apache-2.0 */
/* env.c: an environment that was handed down, as a value. */
#include "base/env.h"

#include <string.h>

const char *
env_get(const char *const *env, const char *name)
{
	size_t n = strlen(name);

	for (; env && *env; env++)
		if (!strncmp(*env, name, n) && (*env)[n] == '=')
			return *env + n + 1;
	return NULL;
}

const char *
env_nonempty(const char *const *env, const char *name)
{
	const char *value = env_get(env, name);

	return value && *value ? value : NULL;
}
