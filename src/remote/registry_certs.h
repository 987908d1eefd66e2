/* SPDX-License-Identifier: Apache-2.0 */
/* registry_certs.h: certificates for one registry, from where docker, podman and buildah look for them. */
#ifndef LOCKSTEP_REMOTE_REGISTRY_CERTS_H
#define LOCKSTEP_REMOTE_REGISTRY_CERTS_H

#include "io/http.h"

/*
 * A folder certs.d/HOST[:PORT] (containers-certs.d(5)), named as the registry is in references:
 *   *.crt           CAs that count beside those of the system;
 *   X.cert, X.key   who we are: the first pair in the order of names. Docker tries one after the
 *                   other; a server that takes several of them is none that was met.
 * They go to the registry, and to its token server and storage, as they do from the other tools.
 */
struct registry_certs {
	char *folder;               /* where they are from; NULL = there are none */
	struct buf ca;              /* PEM, one after the other */
	char *cert_file, *key_file; /* or NULL */
};

/* From the first of these folders (NULL-terminated) that has one for the host: only that counts. One
 * that we may not look into is none, and so is a link to nowhere. ERR_INPUT when half of a pair is
 * missing, ERR_SYSTEM when a file cannot be read. On success ret is the caller's. */
int registry_certs_load(const char *const *folders, const char *domain, struct registry_certs *ret,
			struct err *err) NODISCARD;
void registry_certs_fini(struct registry_certs *c);
/* The request borrows them. */
void registry_certs_use(const struct registry_certs *c, struct http_request *req);

#endif
