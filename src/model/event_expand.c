/* SPDX-License-Identifier: Apache-2.0 */
/* event_expand.c: flat fields that name values of their event. */
#include "model/event_priv.h"

#include <inttypes.h>

ENUM_DEFINE(event_placeholder, EVENT_PLACEHOLDER_LIST);

static bool
add_value(struct buf *out, const struct event *e, enum event_placeholder placeholder)
{
	const char *value = NULL;

	switch (placeholder) {
	case EVENT_PLACEHOLDER_COMMIT:
		value = e->commit;
		break;
	case EVENT_PLACEHOLDER_REPO:
		value = e->repo;
		break;
	case EVENT_PLACEHOLDER_RUN_URL:
		value = e->run_url;
		break;
	case EVENT_PLACEHOLDER_GROUP:
		value = e->group;
		break;
	case EVENT_PLACEHOLDER_ID:
		value = e->id;
		break;
	case EVENT_PLACEHOLDER_SEQ:
		buf_addf(out, "%" PRId64, e->seq);
		return true;
	case EVENT_PLACEHOLDER_TIME:
		value = e->time;
		break;
	}
	if (value)
		buf_adds(out, value);
	return value != NULL;
}

int
event_expand(const struct event *e, const char *text, char **ret, struct err *err)
{
	AUTO_BUF struct buf out = BUF_INIT;
	enum event_placeholder placeholder;

	for (const char *p = text; *p;) {
		const char *end = *p == '{' ? strchr(p, '}') : NULL;

		/* graph_load() has told of braces that hold something else; a variable's value may. */
		if (!end || !event_placeholder_parse((struct str){ p + 1, (size_t)(end - p - 1) },
						     &placeholder)) {
			buf_addc(&out, *p++);
			continue;
		}
		if (!add_value(&out, e, placeholder)) {
			err_set(err, ERR_INPUT, "'%s' in 'payload' of 'events': {%s} is not known",
				text, event_placeholder_name(placeholder));
			err_hint(err,
				 "{commit} needs a git repository, {repo} and {run_url} a CI run");
			return -ERR_INPUT;
		}
		p = end + 1;
	}
	if (!event_valid_line(buf_str(&out)))
		return err_set(err, ERR_INPUT,
			       "'%s' in 'payload' of 'events' gives no text on one line", text);
	*ret = buf_steal(&out);
	return 0;
}
