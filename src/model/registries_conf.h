/* SPDX-License-Identifier: Apache-2.0 */
/* registries_conf.h: what registries.conf says of mirrors and of registries without TLS. */
#ifndef LOCKSTEP_MODEL_REGISTRIES_CONF_H
#define LOCKSTEP_MODEL_REGISTRIES_CONF_H

#include "base/vec.h"
#include "model/ref.h"

/* containers-registries.conf(5), version 2; of version 1 "registries.insecure" and
 * "registries.block". What concerns short names is no business of lockstep, which has none. */
struct registries_conf;

/* A place where a repository can be read. */
struct registries_place {
	const char *domain;
	const char *path;
	bool insecure;
	bool mirror; /* tried before the last place, which is none */
};

struct registries_conf *registries_conf_new(void) NODISCARD;
void registries_conf_free(struct registries_conf *conf);
/* Adds a file; a [[registry]] whose prefix was there already replaces that. ERR_INPUT when it is no
 * such file. */
int registries_conf_add(struct registries_conf *conf, struct str text, const char *file,
			struct err *err) NODISCARD;
/* Where to read what ref names: mirrors in order, then the registry itself or where it was moved
 * to. ERR_REFUSED when the registry is blocked. Texts live in the arena. */
int registries_conf_places(const struct registries_conf *conf, struct arena *arena,
			   const struct ref *ref, struct registries_place **ret, size_t *ret_n,
			   struct err *err) NODISCARD;
/* Whether the entry for ref, if any, says insecure: this is what counts for writing. */
bool registries_conf_insecure(const struct registries_conf *conf, const struct ref *ref);

#endif
