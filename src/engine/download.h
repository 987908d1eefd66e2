/* SPDX-License-Identifier: Apache-2.0 */
/* download.h: what addresses hold, downloaded once and kept by digest below the state folder. */
#ifndef LOCKSTEP_ENGINE_DOWNLOAD_H
#define LOCKSTEP_ENGINE_DOWNLOAD_H

#include "base/err.h"
#include "base/sha256.h"
#include "io/loop.h"

/*
 * One file for each body, DIR/HEX, written beside and renamed, so that what has its name is whole.
 * The folder can be deleted at any time. Bodies of more than MAX_DOWNLOAD bytes are ERR_REMOTE.
 */
struct downloads;

/* dir need not exist. */
struct downloads *downloads_new(const char *dir) NODISCARD;
/* Cancels what is under way; before the loop ends. NULL is fine. */
void downloads_free(struct downloads *d);

/* GETs it and waits. ERR_TEMPORARY when it may be there later; ERR_REMOTE when it is not there. */
int download_digest(struct downloads *d, const char *url, char ret[DIGEST_SIZE], struct err *err)
	NODISCARD;
/* The body of that digest ("sha256:…") was downloaded before. */
bool download_has(const struct downloads *d, const char *digest);
/* Writes a new file, 0600 and of 1970, and hashes it on the way: a body that is damaged is removed,
 * and is ERR_FAILED. */
int download_copy(const struct downloads *d, const char *digest, const char *to, struct err *err)
	NODISCARD;

/* GETs it on a loop, always the same one. done is called by the loop with what download_digest()
 * would have returned, or ERR_FAILED when the address holds something else than want; the download is
 * freed then. */
struct download;
typedef void (*download_done_fn)(void *ctx, struct err *err); /* err->class 0: it is there */
struct download_wish {
	struct loop *loop;
	const char *url, *want;
	download_done_fn done;
	void *ctx;
};
int download_start(struct downloads *d, const struct download_wish *wish, struct download **ret,
		   struct err *err) NODISCARD;
/* done is not called. */
void download_cancel(struct download *get);

#endif
