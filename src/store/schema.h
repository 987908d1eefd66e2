/* SPDX-License-Identifier: Apache-2.0 */
/* schema.h: the tables of lockstep.db and how older files are brought up to date. */
#ifndef LOCKSTEP_STORE_SCHEMA_H
#define LOCKSTEP_STORE_SCHEMA_H

#include "io/sql.h"

/* Applies the missing migrations in one transaction, so processes that create one file at the same
 * time are safe. A file whose version is higher than ours is ERR_STORE and is not touched. */
int schema_upgrade(struct sql *db, struct err *err) NODISCARD;
int schema_version(void);

#endif
