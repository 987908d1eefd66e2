/* SPDX-License-Identifier: Apache-2.0 */
/* store_inputs.h: input sets as a Merkle tree, so that equal folders are stored once. */
#ifndef LOCKSTEP_STORE_STORE_INPUTS_H
#define LOCKSTEP_STORE_STORE_INPUTS_H

#include "base/sha256.h"
#include "model/inputs.h"
#include "store/store.h"

/*
 * A node's hash is the SHA-256 of its body (docs/store.md): one node for the facts, one for each
 * folder of the context, one for the Dockerfile's text, one for the images' names, and a root that
 * names these. Putting a set again, or one that differs in a file, writes only new nodes.
 */
int store_inputs_put(struct store *s, const struct inputs *in, struct sha256 *ret_root,
		     struct err *err) NODISCARD;
/* 1 found, 0 when a node is missing (an older database, gc). The result is finished. */
int store_inputs_get(struct store *s, struct sha256 root, struct inputs **ret, struct err *err)
	NODISCARD;

#endif
