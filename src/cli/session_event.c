/* SPDX-License-Identifier: Apache-2.0 */
/* session_event.c: the event that a CI job was started by. */
#include "base/file.h"
#include "base/out.h"
#include "cli/session.h"

#include <fcntl.h>

/* The file that GitHub Actions names; absent files are no event. */
static void
read_event(struct session *s)
{
	const char *path = getenv("GITHUB_EVENT_PATH");
	AUTO_ERR struct err err = ERR_INIT;
	AUTO_BUF struct buf text = BUF_INIT;

	s->event_read = true;
	if (!path || !*path || !file_exists(AT_FDCWD, path))
		return;
	buf_init(&text, 0);
	if (file_read(AT_FDCWD, path, MAX_JSON_FILE, &text, &err) ||
	    json_parse(buf_str(&text), path, &s->event, &err)) {
		AUTO_FREE char *msg = err_text(&err);

		out_err("lockstep: ignoring the event: %s\n", msg);
	}
}

const json_t *
session_event(struct session *s)
{
	if (!s->event_read)
		read_event(s);
	return s->event;
}

enum ci_origin
session_origin(struct session *s)
{
	return ci_origin_read(session_event(s));
}
