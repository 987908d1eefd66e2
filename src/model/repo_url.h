/* SPDX-License-Identifier: Apache-2.0 */
/* repo_url.h: where a git repository is, and whose it is. */
#ifndef LOCKSTEP_MODEL_REPO_URL_H
#define LOCKSTEP_MODEL_REPO_URL_H

#include "base/arena.h"

/* What a remote's address says: https://HOST/OWNER/NAME.git, ssh://git@HOST/OWNER/NAME,
 * git@HOST:OWNER/NAME.git, file:///FOLDER/OWNER/NAME.git or a path. In the arena. */
struct repo_url {
	const char *url;  /* without a password */
	const char *host; /* with its port; "" = on this machine */
	const char *slug; /* "OWNER/NAME" */
	const char *owner;
	const char *secret; /* the password that stood in it, or NULL */
	bool http, https;   /* that credentials go into a header */
};

/* False when it names no owner and repository. */
bool repo_url_parse(struct arena *arena, struct str text, struct repo_url *ret);
/* Where GitHub's API is for a host: https://api.github.com, or https://HOST/api/v3 on one's own;
 * NULL for a repository on this machine. */
const char *repo_url_api(struct arena *arena, const struct repo_url *u);

#endif
