/* SPDX-License-Identifier: Apache-2.0 */
/* aborts.h: whether something ends the process, and with which words. */
#ifndef LOCKSTEP_TESTS_ABORTS_H
#define LOCKSTEP_TESTS_ABORTS_H

#include "base/mem.h"

/* Calls fn in a child process. What it wrote to stderr before abort(), or NULL when it came back
 * or ended otherwise; caller frees. */
char *aborts(void (*fn)(void)) NODISCARD;

#endif
