/* SPDX-License-Identifier: Apache-2.0 */
/* library.c: a shared library that is loaded when it is first needed. */
#include "io/library.h"

#include <dlfcn.h>
#include <string.h>

int
library_load(const char *soname, const char *package, const struct library_function *functions,
	     size_t n, struct err *err)
{
	void *library = dlopen(soname, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	int r = 0;

	if (!library) {
		err_set(err, ERR_TOOL, "cannot load '%s': %s", soname, dlerror());
		err_hint(err, "Debian, Ubuntu: apt-get install %s", package);
		return -ERR_TOOL;
	}
	for (size_t i = 0; !r && i < n; i++) {
		void *found = dlsym(library, functions[i].name);

		if (!found)
			r = err_set(err, ERR_TOOL, "'%s' has no '%s'", soname, functions[i].name);
		else
			memcpy(functions[i].at, &found, sizeof(found));
	}
	(void)dlclose(library); /* RTLD_NODELETE */
	return r;
}
