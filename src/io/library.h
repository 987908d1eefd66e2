/* SPDX-License-Identifier: Apache-2.0 */
/* library.h: a shared library that is loaded when it is first needed. */
#ifndef LOCKSTEP_IO_LIBRARY_H
#define LOCKSTEP_IO_LIBRARY_H

#include "base/err.h"

/*
 * For libraries that bring many others with them: linking those would cost every run more time
 * than a run needs that has nothing to do. What was loaded stays for the life of the process.
 */
struct library_function {
	const char *name;
	void *at; /* where the pointer to the function goes */
};

/* soname: "libx.so.1"; package: what Debian calls its package, for the hint. ERR_TOOL when the
 * library or one of its functions is not there. On any thread. */
int library_load(const char *soname, const char *package, const struct library_function *functions,
		 size_t n, struct err *err) NODISCARD;

#endif
