/* SPDX-License-Identifier: Apache-2.0 */
/* emulation.h: whether this machine can run the programs of a platform. */
#ifndef LOCKSTEP_ENGINE_EMULATION_H
#define LOCKSTEP_ENGINE_EMULATION_H

#include "base/buf.h"
#include "model/platform.h"

/*
 * False only where it is known that it cannot: the kernel is given a smallest program of that platform
 * (written to dir, and removed), and will have none of it. So it does not matter whether it would be
 * run as it is (386 on amd64), or by which interpreter, under whatever name that is registered, also
 * where /proc/sys/fs/binfmt_misc cannot be seen. An interpreter that is not registered with "fix
 * binary" is taken for one, though an image would have to hold it. Programs of other operating systems
 * are none; of architectures that are not known here nobody can tell.
 */
bool emulation_runs(const struct platform *platform, const char *dir);

/* The program, for tests: an ELF file that ends with status 0. False: of that one none is known. */
bool emulation_program(const struct platform *platform, struct buf *ret);

#endif
