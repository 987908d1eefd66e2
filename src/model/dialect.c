/* SPDX-License-Identifier: Apache-2.0 */
/* dialect.c: the ways in which builders read the same Dockerfile differently. */
#include "model/dialect.h"

#include "base/mem.h"

ENUM_DEFINE(dialect, DIALECT_LIST);

int
dialect_semantics(enum dialect d)
{
	switch (d) {
	case DIALECT_CONTAINERS:
	case DIALECT_CLASSIC:
	case DIALECT_BUILDKIT:
		return 1;
	}
	BUG_ON(true);
}
