/* SPDX-License-Identifier: Apache-2.0 */
/* reason.c: reasons as sentences. */
#include "model/reason_priv.h"

#include "base/sha256.h"

#include <limits.h>

#define ID_DIGITS 12
#define COMMIT_DIGITS 7

ENUM_DEFINE(reason_kind, REASON_KIND_LIST);

bool
reason_is_about_file(enum reason_kind kind)
{
	switch (kind) {
	case REASON_FILE_ADDED:
	case REASON_FILE_REMOVED:
	case REASON_FILE_CHANGED:
	case REASON_FILE_MODE:
	case REASON_FILE_TYPE:
	case REASON_LINK:
		return true;
	default:
		return false;
	}
}

void
reason_add_cut(struct reason_writer *t, const char *s, size_t max)
{
	size_t n = strlen(s);

	if (t->full || n <= max) {
		buf_adds(&t->b, s);
		return;
	}
	for (n = max; n && ((unsigned char)s[n] & 0xc0) == 0x80;)
		n--;
	buf_add(&t->b, s, n);
	buf_adds(&t->b, "…");
}

/* An image ID or a commit, short; anything else cut when it is long. */
static void
add_value(struct reason_writer *t, const char *s)
{
	struct sha256 ignored;

	if (!t->full && sha256_parse_digest(str_c(s), &ignored)) {
		buf_add(&t->b, s, strlen("sha256:") + ID_DIGITS);
		buf_adds(&t->b, "…");
		return;
	}
	reason_add_cut(t, s, REASON_MAX_SHOWN);
}

void
reason_add_quoted(struct reason_writer *t, const char *s)
{
	buf_addc(&t->b, '\'');
	reason_add_cut(t, s, REASON_MAX_SHOWN);
	buf_addc(&t->b, '\'');
}

static void
add_change(struct reason_writer *t)
{
	add_value(t, t->r->before);
	buf_adds(&t->b, " → ");
	add_value(t, t->r->after);
}

/* "NAME MOVED: before → after", "NAME NEW: after" or "NAME GONE: before". */
static void
moved(struct reason_writer *t, const char *what, const char *changed, const char *come,
      const char *gone)
{
	const struct reason *r = t->r;

	buf_addf(&t->b, "%s%s ", what, r->subject);
	if (r->before && r->after) {
		buf_addf(&t->b, "%s: ", changed);
		add_change(t);
	} else if (r->after) {
		buf_addf(&t->b, "%s: ", come);
		add_value(t, r->after);
	} else {
		buf_adds(&t->b, gone);
		if (r->before) {
			buf_adds(&t->b, " (was ");
			add_value(t, r->before);
			buf_addc(&t->b, ')');
		}
	}
}

static void
image_text(struct reason_writer *t)
{
	const char *what = t->r->kind == REASON_PARENT ? "parent " : "";

	if (!t->r->before && !t->r->after)
		buf_addf(&t->b, "%s%s is not in the storage yet", what, t->r->subject);
	else
		moved(t, what, t->r->kind == REASON_PARENT ? "has a new image" : "moved",
		      "is used now", "is not used any more");
}

static void
file_changed(struct reason_writer *t)
{
	const struct reason *r = t->r;
	bool lines = r->added > 0 || r->removed > 0;

	buf_addf(&t->b, "%s changed", r->subject);
	if (lines)
		buf_addf(&t->b, " (+%ld −%ld lines", r->added, r->removed);
	if (r->commit)
		buf_addf(&t->b, "%scommit %s", lines ? ", " : " (", r->commit);
	if (lines || r->commit)
		buf_addc(&t->b, ')');
}

static void
file_came_or_went(struct reason_writer *t, const char *verb)
{
	buf_addf(&t->b, "%s %s", t->r->subject, verb);
	if (t->r->commit)
		buf_addf(&t->b, " (commit %s)", t->r->commit);
}

static void
argument_text(struct reason_writer *t)
{
	const struct reason *r = t->r;

	buf_addf(&t->b, "argument %s ", r->subject);
	if (r->before && r->after) {
		buf_adds(&t->b, "changed: ");
		reason_add_quoted(t, r->before);
		buf_adds(&t->b, " → ");
		reason_add_quoted(t, r->after);
	} else if (r->after) {
		buf_adds(&t->b, "is set now: ");
		reason_add_quoted(t, r->after);
	} else if (r->before) {
		buf_adds(&t->b, "is not set any more (was ");
		reason_add_quoted(t, r->before);
		buf_addc(&t->b, ')');
	} else {
		buf_adds(&t->b, "came or went without a value");
	}
}

static void
option_text(struct reason_writer *t)
{
	const char *value = t->r->after ? t->r->after : t->r->before;

	/* A secret is there or not; its value is nobody's business. */
	if (value && !value[0] && !(t->r->before && t->r->after))
		buf_addf(&t->b, "%s is %s", t->r->subject,
			 t->r->after ? "used now" : "not used any more");
	else
		moved(t, "option ", "changed", "is set now", "is not set any more");
}

/* "ref main 0123456", or the commit alone. */
static void
add_commit(struct reason_writer *t, const char *s)
{
	const char *blank = strrchr(s, ' ');

	if (blank)
		buf_addf(&t->b, "ref %.*s ", (int)(blank - s), s);
	s = blank ? blank + 1 : s;
	if (t->full || !blank)
		add_value(t, s);
	else
		buf_addf(&t->b, "%.*s", COMMIT_DIGITS, s);
}

static void
source_text(struct reason_writer *t)
{
	const struct reason *r = t->r;
	const char *ref = r->before ? strrchr(r->before, ' ') : NULL;
	const char *after = r->after;

	if (!r->before || !after) {
		moved(t, "source ", "moved", "is used now", "is not used any more");
		return;
	}
	buf_addf(&t->b, "source %s moved: ", r->subject);
	add_commit(t, r->before);
	buf_adds(&t->b, " → ");
	if (ref && !strncmp(r->before, after, (size_t)(ref - r->before) + 1))
		buf_addf(&t->b, "%.*s", t->full ? INT_MAX : COMMIT_DIGITS,
			 after + (ref - r->before) + 1);
	else
		add_commit(t, after);
	if (r->added <= 0 && r->removed <= 0)
		return;
	buf_addf(&t->b, r->removed ? " (+%ld" : " (%ld", r->added);
	if (r->removed)
		buf_addf(&t->b, " −%ld", r->removed);
	buf_adds(&t->b, r->added == 1 && !r->removed ? " commit)" : " commits)");
}

static void
key_format_text(struct reason_writer *t)
{
	if (t->r->subject[0])
		buf_addf(&t->b, "lockstep reads Dockerfiles for %s builders in another way now: ",
			 t->r->subject);
	else
		buf_adds(&t->b, "the key format changed: ");
	add_value(t, t->r->before ? t->r->before : "none");
	buf_adds(&t->b, " → ");
	add_value(t, t->r->after ? t->r->after : "none");
}

static void
builder_text(struct reason_writer *t)
{
	if (!strcmp(t->r->subject, "dialect"))
		buf_adds(&t->b, "another kind of builder: ");
	else
		buf_addf(&t->b, "output setting '%s' changed: ", t->r->subject);
	add_value(t, t->r->before ? t->r->before : "none");
	buf_adds(&t->b, " → ");
	add_value(t, t->r->after ? t->r->after : "none");
}

static void
refresh_text(struct reason_writer *t)
{
	const char *every = t->r->subject;

	if (!t->r->before || !t->r->after)
		buf_addf(&t->b, "refresh every %s is %s", every,
			 t->r->after ? "asked for now" : "not asked for any more");
	else if (!strcmp(every, "1d"))
		buf_adds(&t->b, "daily refresh");
	else if (!strcmp(every, "7d"))
		buf_adds(&t->b, "weekly refresh");
	else
		buf_addf(&t->b, "refresh every %s", every);
}

static void
mode_text(struct reason_writer *t)
{
	bool now = t->r->after && !strcmp(t->r->after, "0755");

	buf_addf(&t->b, "%s is %s (", t->r->subject,
		 now ? "executable now" : "not executable any more");
	add_value(t, t->r->before ? t->r->before : "none");
	buf_adds(&t->b, " → ");
	add_value(t, t->r->after ? t->r->after : "none");
	buf_addc(&t->b, ')');
}

static void
widen_text(struct reason_writer *t)
{
	if (t->r->after || !t->r->before)
		buf_addf(&t->b, "the whole context counts now: %s", t->r->subject);
	else
		buf_addf(&t->b, "the whole context does not count any more: %s", t->r->subject);
}

static void
path_text(struct reason_writer *t)
{
	const struct reason *r = t->r;

	switch (r->kind) {
	case REASON_FILE_ADDED:
		file_came_or_went(t, "is new");
		break;
	case REASON_FILE_REMOVED:
		file_came_or_went(t, "is gone");
		break;
	case REASON_FILE_CHANGED:
		file_changed(t);
		break;
	case REASON_FILE_MODE:
		mode_text(t);
		break;
	case REASON_FILE_TYPE:
		moved(t, "", "is something else now", "is something else now",
		      "is something else now");
		break;
	default:
		moved(t, "link ", "points elsewhere", "points somewhere now", "points nowhere now");
		break;
	}
}

static void
simple_text(struct reason_writer *t)
{
	const struct reason *r = t->r;

	switch (r->kind) {
	case REASON_FIRST:
		buf_adds(&t->b, "no build of it is recorded");
		break;
	case REASON_FORCED:
		buf_adds(&t->b, "--force was given");
		break;
	case REASON_IMAGE_GONE:
		buf_adds(&t->b, "its image ");
		add_value(t, r->subject);
		buf_adds(&t->b, " is no longer in the storage");
		break;
	case REASON_PARENT_PENDING:
		buf_addf(&t->b, "parent %s is built first", r->subject);
		break;
	case REASON_RETRY:
		buf_adds(&t->b, "the last build of these inputs failed");
		break;
	default:
		buf_adds(&t->b, r->subject[0] ? r->subject : "something else");
		if (r->before && r->after) {
			buf_adds(&t->b, ": ");
			add_change(t);
		}
		break;
	}
}

static void
add_text(struct reason_writer *t)
{
	switch (t->r->kind) {
	case REASON_KEY_FORMAT:
		key_format_text(t);
		break;
	case REASON_PARENT:
	case REASON_EXTERNAL:
		image_text(t);
		break;
	case REASON_FILE_ADDED:
	case REASON_FILE_REMOVED:
	case REASON_FILE_CHANGED:
	case REASON_FILE_MODE:
	case REASON_FILE_TYPE:
	case REASON_LINK:
		path_text(t);
		break;
	case REASON_INSTRUCTION_ADDED:
	case REASON_INSTRUCTION_REMOVED:
	case REASON_INSTRUCTION_CHANGED:
		reason_instruction_text(t);
		break;
	case REASON_ARGUMENT:
		argument_text(t);
		break;
	case REASON_OPTION:
		option_text(t);
		break;
	case REASON_PLATFORM:
		moved(t, "the platform", "changed", "is set now", "is not set any more");
		break;
	case REASON_BUILDER:
		builder_text(t);
		break;
	case REASON_BASE_CONFIG:
		moved(t, "the configuration of the base of ", "changed", "counts now",
		      "does not count any more");
		break;
	case REASON_ONBUILD:
		moved(t, "the ONBUILD triggers for ", "changed", "grew", "shrank");
		break;
	case REASON_SOURCE:
		source_text(t);
		break;
	case REASON_REFRESH:
		refresh_text(t);
		break;
	case REASON_WIDEN:
		widen_text(t);
		break;
	default:
		simple_text(t);
		break;
	}
}

char *
reason_text(const struct reason *r, bool full)
{
	struct reason_writer t = { .r = r, .full = full };

	buf_init(&t.b, 0);
	add_text(&t);
	return buf_steal(&t.b);
}
