/* SPDX-License-Identifier: Apache-2.0 */
/* recipe_add.c: ADD of addresses as the builder gets it: downloaded files, repositories by commit. */
#include "base/path.h"
#include "model/dockerfile_priv.h"
#include "model/recipe_priv.h"

/* What no builder reads as something else in a path. */
static bool
is_usable_name(const char *name)
{
	for (; *name; name++)
		if ((unsigned char)*name < 0x20 || *name == 0x7f || strchr("*?[\\$'\"`", *name))
			return false;
	return true;
}

static int
hex_digit(char c)
{
	const char *digits = "0123456789abcdef", *at;

	c |= c >= 'A' && c <= 'F' ? 0x20 : 0;
	at = c ? strchr(digits, c) : NULL;
	return at ? (int)(at - digits) : -1;
}

static void
unescape(struct str s, struct buf *b)
{
	for (size_t i = 0; i < s.n; i++) {
		int high = i + 2 < s.n && s.p[i] == '%' ? hex_digit(s.p[i + 1]) : -1;
		int low = high >= 0 ? hex_digit(s.p[i + 2]) : -1;

		buf_addc(b, low < 0 ? s.p[i] : (char)(high << 4 | low));
		i += low < 0 ? 0 : 2;
	}
}

/* The last component of the address's path, which names the file in a folder. */
int
recipe_download_name(const struct recipe_impl *r, const char *url, const char **ret,
		     struct err *err)
{
	const char *host = strstr(url, "://") + 3;
	struct str path = str_c(host + strcspn(host, "/?#"));
	struct buf AUTO_BUF text = BUF_INIT;
	const char *name;

	path = str_sub(path, 0, strcspn(path.p, "?#"));
	unescape(path, &text);
	while (text.len && text.data[text.len - 1] == '/')
		text.data[--text.len] = '\0';
	name = text.len ? path_base(text.data) : "__unnamed__";
	if (strlen(text.len ? text.data : "") != text.len || !is_usable_name(name)) {
		int status =
			err_set(err, ERR_INPUT, "'%s' has a file name that builders misread", url);

		err_hint(err, "download it in a RUN, or put the file into the context");
		return status;
	}
	*ret = arena_strdup(r->arena, name);
	return 0;
}

const struct recipe_remote *
recipe_remote_of(const struct recipe *r, const struct df_ins *ins, size_t word)
{
	for (size_t i = 0; i < r->nremotes; i++)
		if (r->remotes[i].ins == ins && r->remotes[i].word == word)
			return &r->remotes[i];
	return NULL;
}

static bool
is_staged(const struct recipe *r, const struct df_ins *ins, size_t word)
{
	const struct recipe_remote *remote = recipe_remote_of(r, ins, word);

	return remote && remote->staged;
}

/* Behind the last source of one kind. */
static size_t
run_end(const struct recipe *r, const struct df_ins *ins, size_t from)
{
	size_t to = from + 1;

	while (to + 1 < ins->nwords && is_staged(r, ins, to) == is_staged(r, ins, from))
		to++;
	return to;
}

size_t
recipe_parts(const struct recipe *r, const struct df_ins *ins)
{
	size_t n = 0;

	if (ins->kw != DF_ADD || ins->nwords < 2)
		return 1;
	for (size_t i = 0; i + 1 < ins->nwords; i = run_end(r, ins, i))
		n++;
	return n;
}

bool
recipe_has_staged(const struct recipe *r, const struct df_ins *ins)
{
	for (size_t i = 0; ins->kw == DF_ADD && i < ins->nwords; i++)
		if (is_staged(r, ins, i))
			return true;
	return false;
}

static struct df_ins *
copy_of(struct arena *arena, const struct df_ins *ins)
{
	struct df_ins *copy = arena_dup(arena, ins, sizeof(*ins));

	copy->kw = DF_COPY;
	copy->flags = arena_calloc(arena, ins->nflags + 1, sizeof(*copy->flags));
	copy->flags[0] = (struct df_flag){ .name = "from", .value = RECIPE_FILES };
	for (size_t i = 0; i < ins->nflags; i++)
		copy->flags[i + 1] = ins->flags[i];
	copy->nflags++;
	return copy;
}

struct df_ins *
recipe_add_part(const struct recipe_impl *r, const struct df_ins *ins,
		const struct recipe_texts *texts, size_t *at)
{
	size_t end = run_end(&r->pub, ins, *at), dst = texts->n - 1;
	bool staged = is_staged(&r->pub, ins, *at), whole = *at == 0 && end == dst;
	struct recipe_texts part = { .known = true };
	struct df_ins *own;
	AUTO_BUF struct buf rest = BUF_INIT;

	part.v = arena_calloc(r->arena, texts->n, sizeof(*part.v));
	for (; *at < end; (*at)++) {
		part.v[part.n] = texts->v[*at];
		if (staged)
			part.v[part.n].text = recipe_remote_of(&r->pub, ins, *at)->staged;
		part.n++;
	}
	part.v[part.n] = texts->v[dst];
	/* Of several sources, each goes into a folder, also where it is alone in its part. */
	if (!whole && !str_ends(str_c(part.v[part.n].text), STR_LIT("/")))
		part.v[part.n].text = arena_printf(r->arena, "%s/", part.v[part.n].text);
	part.n++;
	own = staged ? copy_of(r->arena, ins) : arena_dup(r->arena, ins, sizeof(*ins));
	recipe_words(&part, &rest);
	own->rest = arena_str(r->arena, buf_str(&rest));
	return own;
}

/* The words are unexpanded in this dialect, and stay so but for the repositories. */
void
recipe_pin_repositories(const struct recipe_impl *r, const struct df_ins *ins, struct df_ins *own)
{
	AUTO_BUF struct buf rest = BUF_INIT;
	struct recipe_texts texts = { .known = true };
	bool any = false;

	texts.v = arena_calloc(r->arena, ins->nwords + 1, sizeof(*texts.v));
	for (size_t i = 0; ins->kw == DF_ADD && i < ins->nwords; i++) {
		const struct recipe_remote *remote = recipe_remote_of(&r->pub, ins, i);
		const char *hash = remote ? strchr(remote->url, '#') : NULL;
		const char *folder = hash ? strchr(hash, ':') : NULL;
		const char *text = ins->words[i];

		if (remote && remote->git && remote->value) {
			text = arena_printf(r->arena, "%.*s#%s%s", (int)strcspn(remote->url, "#"),
					    remote->url, remote->value, folder ? folder : "");
			any = true;
		}
		texts.v[texts.n++] = (struct recipe_text){ text, true };
	}
	if (!any)
		return;
	recipe_raw_words(&texts, ins->exec_form, &rest);
	own->rest = arena_str(r->arena, buf_str(&rest));
}
