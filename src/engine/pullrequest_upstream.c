/* SPDX-License-Identifier: Apache-2.0 */
/* pullrequest_upstream.c: the commits between the versions that moved, for a reader. */
#include "base/vec.h"
#include "engine/pullrequest_priv.h"

#define MAX_RANGES 3
#define MAX_SHOWN 50   /* lines a range */
#define MAX_LISTED 250 /* that GitHub lists */
#define SHORT_HEX 12
#define MAX_SUBJECT 120

/* Markdown that calls nobody, links nowhere and closes nothing, whatever the text says; an issue's
 * number links to the other repository, where squashing put it: it may be an issue as well as a pull
 * request, and /issues/N leads to both. */
static void
add_subject(struct buf *b, const char *repo, struct str s)
{
	for (size_t i = 0; i < s.n && i < MAX_SUBJECT; i++) {
		size_t digits = 0;

		while (s.p[i] == '#' && i + 1 + digits < s.n && s.p[i + 1 + digits] >= '0' &&
		       s.p[i + 1 + digits] <= '9')
			digits++;
		if (digits) {
			buf_addf(b, "[&#35;%.*s](https://github.com/%s/issues/%.*s)", (int)digits,
				 s.p + i + 1, repo, (int)digits, s.p + i + 1);
			i += digits;
		} else if (strchr("@#<>&*_`[]\\|~", s.p[i]) && s.p[i]) {
			buf_addf(b, "&#%d;", (unsigned char)s.p[i]);
		} else {
			buf_addc(b, (unsigned char)s.p[i] < ' ' ? ' ' : s.p[i]);
		}
	}
}

struct range {
	const char *from, *to;
};

static bool
is_commit(const char *tag)
{
	return tag && str_is_hex(str_c(tag), 40);
}

static size_t
find_ranges(const struct pins *p, struct range *ret)
{
	size_t n = 0;

	for (size_t i = 0; i < p->nfiles; i++) {
		const struct pins_file *f = &p->files[i];

		for (size_t k = 0; k < f->file.npins && n < MAX_RANGES; k++) {
			struct range g = { f->file.pins[k].tag, f->edit.changes[k].tag };
			bool known = false;

			for (size_t j = 0; j < n; j++)
				known = known ||
					(is_commit(g.from) && !strcmp(g.from, ret[j].from));
			if (!known && f->edit.changes[k].state == PIN_STATE_MOVED &&
			    is_commit(g.from) && is_commit(g.to) && strcmp(g.from, g.to) != 0)
				ret[n++] = g;
		}
	}
	return n;
}

static void
add_commits(struct buf *b, const char *repo, const struct range *g, const json_t *answer)
{
	const json_t *commits = json_object_get(answer, "commits"), *c;
	long long total = json_integer_value(json_object_get(answer, "total_commits"));
	size_t i, n = json_array_size(commits);

	buf_addf(b, "\n<details><summary>%lld commits of %s, %.*s to %.*s</summary>\n\n", total,
		 repo, SHORT_HEX, g->from, SHORT_HEX, g->to);
	json_array_foreach(commits, i, c)
	{
		const char *id = json_get_text(c, "sha");
		const char *text = json_get_text(json_object_get(c, "commit"), "message");
		struct str message = str_c(text ? text : "");

		if (n - i > MAX_SHOWN || !is_commit(id))
			continue;
		buf_addf(b, "- `%.*s` ", SHORT_HEX, id);
		add_subject(b, repo, str_sub(message, 0, str_find(message, '\n')));
		buf_addc(b, '\n');
	}
	if (total > (long long)(n < MAX_SHOWN ? n : MAX_SHOWN))
		buf_addf(b, "- … and others: the last %zu of the first %zu are shown%s\n",
			 n < MAX_SHOWN ? n : (size_t)MAX_SHOWN, n,
			 total > MAX_LISTED ? ", GitHub lists no more than 250" : "");
	buf_adds(b, "\n</details>\n");
}

char *
pullrequest_upstream(struct github *hub, const struct pins *p, const struct event *e)
{
	struct range ranges[MAX_RANGES];
	AUTO_BUF struct buf b = BUF_INIT;
	size_t n;

	if (!e || !e->repo)
		return NULL;
	buf_init(&b, 0);
	n = find_ranges(p, ranges);
	for (size_t i = 0; i < n; i++) {
		AUTO_FREE char *path = xasprintf("/repos/%s/compare/%s...%s", e->repo,
						 ranges[i].from, ranges[i].to);
		AUTO_GITHUB_ANSWER struct github_answer a = { 0 };

		/* Another repository's, which the token need not see: then the links have to do. */
		if (!github_call(hub, HTTP_GET, path, NULL, &a, NULL) && a.status == 200)
			add_commits(&b, e->repo, &ranges[i], a.json);
	}
	return b.len ? buf_steal(&b) : NULL;
}
