/* SPDX-License-Identifier: Apache-2.0 */
/* reason.c: reasons as sentences. */
#include "model/reason.h"

#include "base/sha256.h"

#include <limits.h>

#define ID_DIGITS 12
#define COMMIT_DIGITS 7
#define MAX_SHOWN 100
#define MAX_HEAD 40 /* of a long instruction of which only the difference is shown */

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

struct text {
	const struct reason *r;
	bool full;
	struct buf b;
};

/* Cut behind so many bytes, not within a character. */
static void
add_cut(struct text *t, const char *s, size_t max)
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
add_value(struct text *t, const char *s)
{
	struct sha256 ignored;

	if (!t->full && sha256_parse_digest(str_c(s), &ignored)) {
		buf_add(&t->b, s, strlen("sha256:") + ID_DIGITS);
		buf_adds(&t->b, "…");
		return;
	}
	add_cut(t, s, MAX_SHOWN);
}

static void
add_quoted(struct text *t, const char *s)
{
	buf_addc(&t->b, '\'');
	add_cut(t, s, MAX_SHOWN);
	buf_addc(&t->b, '\'');
}

static void
add_change(struct text *t)
{
	add_value(t, t->r->before);
	buf_adds(&t->b, " → ");
	add_value(t, t->r->after);
}

/* "NAME MOVED: before → after", "NAME NEW: after" or "NAME GONE: before". */
static void
moved(struct text *t, const char *what, const char *changed, const char *come, const char *gone)
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
image_text(struct text *t)
{
	const char *what = t->r->kind == REASON_PARENT ? "parent " : "";

	if (!t->r->before && !t->r->after)
		buf_addf(&t->b, "%s%s is not in the storage yet", what, t->r->subject);
	else
		moved(t, what, t->r->kind == REASON_PARENT ? "has a new image" : "moved",
		      "is used now", "is not used any more");
}

static void
file_changed(struct text *t)
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
file_came_or_went(struct text *t, const char *verb)
{
	buf_addf(&t->b, "%s %s", t->r->subject, verb);
	if (t->r->commit)
		buf_addf(&t->b, " (commit %s)", t->r->commit);
}

/* Blanks folded: continuation lines leave long runs of them. */
static struct str
folded(const char *s, struct buf *b)
{
	buf_init(b, 0);
	for (; *s; s++) {
		bool blank = *s == ' ' || *s == '\t';

		if (!blank || (b->len && b->data[b->len - 1] != ' '))
			buf_addc(b, blank ? ' ' : *s);
	}
	return buf_str(b);
}

/* Words at the front, or at the back, that two texts share: their bytes. */
static size_t
shared_front(struct str a, struct str b)
{
	size_t n = 0, word = 0;

	for (; n < a.n && n < b.n && a.p[n] == b.p[n]; n++)
		if (a.p[n] == ' ')
			word = n + 1;
	return n == a.n && n == b.n ? n : word;
}

static size_t
shared_back(struct str a, struct str b, size_t front)
{
	size_t n = 0, word = 0;

	while (n < a.n - front && n < b.n - front && a.p[a.n - 1 - n] == b.p[b.n - 1 - n]) {
		n++;
		if (a.p[a.n - n] == ' ')
			word = n;
	}
	/* All of one text is shared: the front ended at a word, so must the other's rest. */
	if (n == a.n - front && (n == b.n - front || b.p[b.n - n - 1] == ' '))
		return n;
	if (n == b.n - front && a.p[a.n - n - 1] == ' ')
		return n;
	return word;
}

/* "RUN apt-install …: 'tree' is new": of two long texts only what they differ in. */
static void
add_difference(struct text *t, struct str before, struct str after)
{
	size_t front = shared_front(before, after), back = shared_back(before, after, front);
	struct str was = str_trim(str_sub(before, front, before.n - back), " ");
	struct str is = str_trim(str_sub(after, front, after.n - back), " ");
	AUTO_FREE char *w = str_dup(was), *i = str_dup(is),
		       *head = str_dup(str_sub(after, 0, front));

	add_cut(t, head, MAX_HEAD);
	buf_adds(&t->b, ": ");
	if (was.n)
		add_quoted(t, w);
	if (was.n && is.n)
		buf_adds(&t->b, " → ");
	if (is.n)
		add_quoted(t, i);
	if (!was.n || !is.n)
		buf_adds(&t->b, was.n ? " is gone" : " is new");
}

static void
add_instructions(struct text *t)
{
	AUTO_BUF struct buf b = BUF_INIT, a = BUF_INIT;
	struct str before = folded(t->r->before, &b), after = folded(t->r->after, &a);

	if (!t->full && before.n > MAX_HEAD && after.n > MAX_HEAD &&
	    shared_front(before, after) > 0) {
		add_difference(t, before, after);
		return;
	}
	add_cut(t, t->full ? t->r->before : before.p, MAX_SHOWN);
	buf_adds(&t->b, " → ");
	add_cut(t, t->full ? t->r->after : after.p, MAX_SHOWN);
}

static void
instruction_text(struct text *t)
{
	const struct reason *r = t->r;
	const char *verb = r->kind == REASON_INSTRUCTION_ADDED     ? "has a new instruction"
			   : r->kind == REASON_INSTRUCTION_REMOVED ? "lost an instruction"
								   : "changed";

	buf_adds(&t->b, r->file ? r->file : "Dockerfile");
	if (r->line > 0)
		buf_addf(&t->b, r->file ? ":%d" : " line %d", r->line);
	if (r->kind == REASON_INSTRUCTION_ADDED && r->line > 0)
		verb = "is new";
	buf_addf(&t->b, " %s: ", verb);
	if (r->before && r->after && !strcmp(r->before, r->after)) {
		add_cut(t, r->after, MAX_SHOWN);
		buf_adds(&t->b, " (its here-document or its order)");
	} else if (r->before && r->after) {
		add_instructions(t);
	} else {
		add_cut(t, r->after ? r->after : r->before ? r->before : r->subject, MAX_SHOWN);
	}
}

static void
argument_text(struct text *t)
{
	const struct reason *r = t->r;

	buf_addf(&t->b, "argument %s ", r->subject);
	if (r->before && r->after) {
		buf_adds(&t->b, "changed: ");
		add_quoted(t, r->before);
		buf_adds(&t->b, " → ");
		add_quoted(t, r->after);
	} else if (r->after) {
		buf_adds(&t->b, "is set now: ");
		add_quoted(t, r->after);
	} else if (r->before) {
		buf_adds(&t->b, "is not set any more (was ");
		add_quoted(t, r->before);
		buf_addc(&t->b, ')');
	} else {
		buf_adds(&t->b, "came or went without a value");
	}
}

static void
option_text(struct text *t)
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
add_commit(struct text *t, const char *s)
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
source_text(struct text *t)
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
key_format_text(struct text *t)
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
builder_text(struct text *t)
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
refresh_text(struct text *t)
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
mode_text(struct text *t)
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
widen_text(struct text *t)
{
	if (t->r->after || !t->r->before)
		buf_addf(&t->b, "the whole context counts now: %s", t->r->subject);
	else
		buf_addf(&t->b, "the whole context does not count any more: %s", t->r->subject);
}

static void
path_text(struct text *t)
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
simple_text(struct text *t)
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
add_text(struct text *t)
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
		instruction_text(t);
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
	struct text t = { .r = r, .full = full };

	buf_init(&t.b, 0);
	add_text(&t);
	return buf_steal(&t.b);
}
