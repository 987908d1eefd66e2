/* SPDX-License-Identifier: Apache-2.0 */
/* platform.h: os/arch/variant, normalised as containerd does. */
#ifndef LOCKSTEP_MODEL_PLATFORM_H
#define LOCKSTEP_MODEL_PLATFORM_H

#include "base/err.h"
#include "base/str.h"

struct platform {
	char os[16];
	char arch[16];
	char variant[16]; /* "" when none or when it is the default of arch */
};

/* "linux/amd64", "linux/arm64/v8", "arm/v7", "amd64": containerd/platforms rules (aliases
 * x86_64, aarch64; amd64/v1 and arm64/v8 drop the variant, arm without one means v7). */
int platform_parse(struct str text, struct platform *ret, struct err *err) NODISCARD;
/* The platform that this program was compiled for. */
struct platform platform_host(void);
bool platform_eq(const struct platform *a, const struct platform *b);
#define PLATFORM_TEXT_SIZE 56
/* "os/arch[/variant]" into out. */
void platform_text(const struct platform *p, char out[PLATFORM_TEXT_SIZE]);

#endif
