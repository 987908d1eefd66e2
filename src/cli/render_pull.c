/* SPDX-License-Identifier: Apache-2.0 */
/* render_pull.c: what became of a pull request. */
#include "cli/render_pull.h"

#include "base/out.h"

/* What GitHub says goes through out_safe: it is not ours. */
static void
print_where(const char *before, const struct pullrequest *pr, const char *after)
{
	AUTO_BUF struct buf b = BUF_INIT;

	buf_init(&b, 0);
	buf_addf(&b, "%s ", before);
	out_safe(&b, str_c(pr->url ? pr->url : pr->branch));
	buf_addf(&b, "%s%s\n", after, pr->draft ? " (a draft: it is on hold)" : "");
	out_write(buf_str(&b));
}

void
render_pull_text(const struct pullrequest *pr)
{
	switch (pr->state) {
	case PULLREQUEST_NOTHING:
		out_print("nothing to do: on '%s' all pins are right\n", pr->base);
		return;
	case PULLREQUEST_OUTDATED:
		out_print("nothing to do: event %s, which is newer, was applied\n", pr->applied);
		return;
	case PULLREQUEST_PLANNED:
		out_print("would go from branch '%s' into '%s'\n", pr->branch, pr->base);
		return;
	case PULLREQUEST_WITHDRAWN:
		print_where("closed", pr, ": all pins are right");
		return;
	case PULLREQUEST_OPENED:
		print_where("opened", pr, "");
		return;
	case PULLREQUEST_UPDATED:
		print_where("updated", pr, "");
		return;
	case PULLREQUEST_UNCHANGED:
		print_where("unchanged:", pr, "");
		return;
	case PULLREQUEST_PUSHED:
		print_where("pushed branch", pr, "");
		return;
	}
}

json_t *
render_pull_json(const struct pullrequest *pr)
{
	json_t *j = json_object();

	json_set_text(j, "state", pullrequest_state_name(pr->state));
	json_set_text(j, "branch", pr->branch);
	json_set_text(j, "base", pr->base);
	json_set_text(j, "commit", pr->commit);
	json_set_text(j, "url", pr->url);
	if (pr->number)
		json_set_int(j, "number", pr->number);
	if (pr->applied)
		json_set_text(j, "applied", pr->applied);
	json_set_bool(j, "draft", pr->draft);
	return j;
}
