/* SPDX-License-Identifier: Apache-2.0 */
/* replaced.h: documents with one thing wrong, for tests of those who read them. */
#ifndef LOCKSTEP_TESTS_REPLACED_H
#define LOCKSTEP_TESTS_REPLACED_H

/* text with the first `from`, which has to be in it, replaced by `to`. Caller frees. */
char *replaced(const char *text, const char *from, const char *to);

#endif
