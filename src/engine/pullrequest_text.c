/* SPDX-License-Identifier: Apache-2.0 */
/* pullrequest_text.c: title, commit message and body. */
#include "engine/pullrequest_text.h"

#include "base/json.h"

#define SHORT_HEX 12
#define MARKER "<!-- lockstep:"
#define MARKER_END " -->"

static const struct pin_change *
first_move(const struct pins *p, size_t image)
{
	for (size_t i = 0; i < p->nfiles; i++) {
		const struct pins_file *f = &p->files[i];

		for (size_t k = 0; k < f->file.npins; k++)
			if (f->file.pins[k].image == image &&
			    f->edit.changes[k].state == PIN_STATE_MOVED)
				return &f->edit.changes[k];
	}
	return NULL;
}

/* A tag, cut when it is a commit id, or else the start of a digest. */
static void
add_version(struct buf *b, const char *tag, const char *digest)
{
	if (tag && str_is_hex(str_c(tag), 40))
		buf_addf(b, "%.*s", SHORT_HEX, tag);
	else if (tag)
		buf_adds(b, tag);
	else
		buf_addf(b, "%.*s", (int)strlen("sha256:") + SHORT_HEX, digest ? digest : "");
}

static bool
same(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

char *
pullrequest_title(const struct pins *p, const char *group)
{
	const struct pin_change *only = NULL;
	AUTO_BUF struct buf b = BUF_INIT;
	bool agree = true;
	size_t n = 0;

	for (size_t i = 0; i < p->nimages; i++) {
		const struct pin_change *c = first_move(p, i);

		if (!c)
			continue;
		n++;
		agree = agree && (!only || (c->tag && same(c->tag, only->tag)));
		only = c;
	}
	buf_init(&b, PULLREQUEST_TITLE_MAX);
	buf_addf(&b, "chore(%s): bump %zu image%s", group, n, n == 1 ? "" : "s");
	if (only && agree) {
		buf_adds(&b, " to ");
		add_version(&b, only->tag, only->digest);
	}
	return buf_steal(&b);
}

char *
pullrequest_message(const struct pins *p, const char *group, const struct event *e)
{
	AUTO_FREE char *title = pullrequest_title(p, group);
	AUTO_BUF struct buf b = BUF_INIT;

	buf_init(&b, 0);
	buf_addf(&b, "%s\n\n", title);
	for (size_t i = 0; i < p->nimages; i++) {
		const struct pin_change *c = first_move(p, i);

		if (!c)
			continue;
		buf_addf(&b, "* %s ", p->images[i].name);
		add_version(&b, c->tag, c->digest);
		buf_addc(&b, '\n');
	}
	buf_addf(&b, "\n" PULLREQUEST_TRAILER ": %s\n", e ? e->id : "by-hand");
	if (e)
		buf_addf(&b, PULLREQUEST_TRAILER_SEQ ": %lld\n", (long long)e->seq);
	return buf_steal(&b);
}

char *
pullrequest_body(const struct pins *p, const struct pullrequest_opts *o,
		 const struct pullrequest_proof *proof, const char *upstream)
{
	AUTO_BUF struct buf b = BUF_INIT;

	buf_init(&b, 0);
	if (!o->event)
		buf_addf(&b, MARKER "{\"group\":\"%s\"}" MARKER_END "\n", o->group);
	pins_body(p, o->event, proof->skipped, proof->nskipped, &b);
	if (upstream && b.len + strlen(upstream) <= PULLREQUEST_BODY_MAX)
		buf_adds(&b, upstream);
	buf_addf(&b,
		 "\nThis branch is computed anew whenever there is something newer. Commits that "
		 "others add stop that; the label `hold` keeps it a draft.\n");
	return buf_steal(&b);
}

int64_t
pullrequest_marked_seq(const char *body, const char *group)
{
	const char *from = body ? strstr(body, MARKER "{") : NULL, *to;
	AUTO_JSON json_t *marker = NULL;
	const char *of;
	json_int_t seq;

	to = from ? strstr(from, MARKER_END) : NULL;
	if (!to)
		return 0;
	from += strlen(MARKER);
	if (json_parse((struct str){ from, (size_t)(to - from) }, "marker", &marker, NULL))
		return 0;
	of = json_get_text(marker, "group");
	seq = json_integer_value(json_object_get(marker, "seq"));
	return of && !strcmp(of, group) && seq > 0 && seq < EVENT_MAX_SEQ ? seq : 0;
}
