/* SPDX-License-Identifier: Apache-2.0 */
/* dispatch_send.c: shows attempts at deliveries. */
#include "cli/dispatch_send.h"

#include "base/clock.h"
#include "base/out.h"

static const char *
get_env(void *ctx UNUSED, const char *name)
{
	return getenv(name);
}

static json_t *
note_json(const struct deliver_note *n)
{
	json_t *j = json_object();

	json_set_text(j, "event", n->event);
	json_set_int(j, "seq", n->seq);
	json_set_text(j, "target", n->target->name);
	json_set_text(j, "state", delivery_state_name(n->then));
	if (n->reply->status)
		json_set_int(j, "http_status", n->reply->status);
	if (n->reply->request_id)
		json_set_text(j, "request_id", n->reply->request_id);
	if (n->reply->error)
		json_set_text(j, "error", n->reply->error);
	if (n->wait_ms)
		json_set_int(j, "retry_in_ms", n->wait_ms);
	return j;
}

static void
note(void *ctx, const struct deliver_note *n)
{
	const struct dispatch_show *show = ctx;
	char wait[CLOCK_TEXT_SIZE];
	AUTO_BUF struct buf b = BUF_INIT;

	if (show->attempts)
		json_array_append_new(show->attempts, note_json(n));
	if (!show->lines)
		return;
	clock_duration(n->wait_ms, wait);
	if (n->then == DELIVERY_DONE)
		buf_addf(&b, "delivered  %s to %s", n->event, n->target->name);
	else
		buf_addf(&b, "%-9s  %s to %s: ", n->then == DELIVERY_DEAD ? "refused" : "later",
			 n->event, n->target->name);
	if (n->reply->error)
		out_safe(&b, str_c(n->reply->error));
	if (n->then == DELIVERY_PENDING && n->wait_ms)
		buf_addf(&b, "; again in %s", wait);
	buf_addc(&b, '\n');
	out_write(buf_str(&b));
}

struct deliver_opts
dispatch_send_opts(struct session *s, struct dispatch_show *show)
{
	return (struct deliver_opts){ .store = s->store,
				      .group = s->project->graph->group,
				      .root = s->project->root,
				      .env = get_env,
				      .note = note,
				      .ctx = show };
}
