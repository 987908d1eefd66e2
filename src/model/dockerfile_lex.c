/* SPDX-License-Identifier: Apache-2.0 */
/* dockerfile_lex.c: the logical lines of a Dockerfile: directives, comments, continuations. */
#include "model/dockerfile_lex.h"

#include "base/buf.h"
#include "base/vec.h"
#include "model/dockerfile_priv.h"
#include "model/rune.h"

/* Many lines that look like heredocs and are none must not cost the square of the file's size. */
#define LOOKED_MAX (64u << 20)

/* A physical line without its end. */
struct physical {
	struct str text;
	bool bad; /* and said so */
};

void
dockerfile_lex_place(const struct df_line *line, size_t off, int *ret_line, int *ret_col)
{
	const struct df_seg *seg = &line->segs[0];

	for (size_t i = 1; i < line->nsegs && line->segs[i].off <= off; i++)
		seg = &line->segs[i];
	*ret_line = seg->line;
	*ret_col = 1 + (int)rune_count(seg->before) +
		   (int)rune_count((struct str){ seg->at, off - seg->off });
}

static struct err *
add_err(const struct dockerfile_lex *lex, int line, int col, const char *text)
{
	return lex->numbered ? err_list_at(lex->errs, lex->file, line, col, "%s", text)
			     : err_list_at(lex->errs, lex->file, 0, 0, "%s", text);
}

struct err *
dockerfile_lex_err(const struct dockerfile_lex *lex, const struct df_line *line, size_t off,
		   const char *fmt, ...)
{
	char *AUTO_FREE text = NULL;
	va_list ap;
	int at, col;

	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	dockerfile_lex_place(line, off, &at, &col);
	return add_err(lex, at, col, text);
}

/* Takes the next physical line; false at the end. */
static bool
take_physical(struct dockerfile_lex *lex, struct physical *ret)
{
	size_t nul;

	*ret = (struct physical){ 0 };
	if (!str_next_line(&lex->rest, &ret->text))
		return false;
	lex->line++;
	nul = str_find(ret->text, '\0');
	if (nul < ret->text.n) {
		int col = 1 + (int)rune_count(str_sub(ret->text, 0, nul));

		(void)add_err(lex, lex->line, col, "NUL byte"); /* no hint */
		ret->bad = true;
	} else if (ret->text.n > DOCKERFILE_LINE_MAX) {
		struct err *err = add_err(lex, lex->line, 0, "line of 64 KiB or more");

		err_hint(err, "builders refuse it, and buildah 1.28 drops the rest of the file");
		ret->bad = true;
	}
	return true;
}

static struct str
without_cr(enum dialect dialect, struct str s)
{
	bool all = dialect == DIALECT_BUILDKIT;

	while (s.n && s.p[s.n - 1] == '\r') {
		s.n--;
		if (!all)
			break;
	}
	return s;
}

bool
dockerfile_lex_continues(enum dialect dialect, char escape, struct str *line)
{
	struct str s = *line;

	while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
		s.n--;
	if (!s.n || s.p[s.n - 1] != escape)
		return false;
	/* ENV V=a\\ ends here, but in buildah it goes on. */
	if (dialect != DIALECT_CONTAINERS && s.n > 1 && s.p[s.n - 2] == escape)
		return false;
	s.n--;
	*line = s;
	return true;
}

/* Comments and what is blank; the latter only counts between joined lines. */
static bool
is_nothing(struct str s)
{
	s = rune_trim_left(s);
	return !s.n || s.p[0] == '#';
}

static struct df_seg
segment(const struct dockerfile_lex *lex, size_t off, struct str physical, struct str piece)
{
	return (struct df_seg){
		.off = off,
		.line = lex->line,
		.before = { physical.p, (size_t)(piece.p - physical.p) },
		.at = piece.p,
	};
}

/* Joins what follows a line that wants to be continued. */
static void
join(struct dockerfile_lex *lex, struct str first, struct df_line *ret)
{
	struct buf AUTO_BUF text = BUF_INIT;
	VEC(struct df_seg) segs = { 0 };
	struct physical next;
	bool more = true;

	vec_push(&segs, ret->segs[0]);
	buf_add_str(&text, first);
	while (more && take_physical(lex, &next)) {
		struct str piece = without_cr(lex->dialect, next.text);

		ret->end_line = lex->line;
		if (next.bad || is_nothing(piece))
			continue;
		more = dockerfile_lex_continues(lex->dialect, lex->escape, &piece);
		vec_push(&segs, segment(lex, text.len, next.text, piece));
		buf_add_str(&text, piece);
	}
	ret->cut = more;
	ret->text = (struct str){ arena_str(lex->arena, buf_str(&text)), text.len };
	ret->segs = arena_dup(lex->arena, segs.v, segs.n * sizeof(*segs.v));
	ret->nsegs = segs.n;
	vec_fini(&segs);
}

bool
dockerfile_lex_next(struct dockerfile_lex *lex, struct df_line *ret)
{
	struct physical line;

	while (take_physical(lex, &line)) {
		struct str s = rune_trim_left(without_cr(lex->dialect, line.text));
		struct df_seg seg = segment(lex, 0, line.text, s);
		bool more;

		if (line.bad)
			continue;
		*ret = (struct df_line){ .line = lex->line, .end_line = lex->line };
		ret->segs = arena_dup(lex->arena, &seg, sizeof(seg));
		ret->nsegs = 1;
		dockerfile_directive(lex, ret, s);
		if (is_nothing(s))
			continue;
		more = dockerfile_lex_continues(lex->dialect, lex->escape, &s);
		if (more)
			join(lex, s, ret);
		else
			ret->text = s;
		return true;
	}
	return false;
}

bool
dockerfile_lex_heredoc(struct dockerfile_lex *lex, const char *name, bool chomp,
		       struct str *ret_body)
{
	struct dockerfile_lex saved = *lex;
	struct str body = lex->rest, end = str_c(name);
	struct err_list AUTO_ERR_LIST errs = ERR_LIST_INIT;
	struct physical line;

	/* Not to complain about lines that, without an end, were none of the heredoc's. */
	lex->errs = &errs;
	while (saved.looked < LOOKED_MAX && take_physical(lex, &line)) {
		struct str s = line.text;

		while (s.n && s.p[s.n - 1] == '\r')
			s.n--;
		while (chomp && s.n && s.p[0] == '\t')
			s = str_sub(s, 1, s.n);
		if (!str_eq(s, end))
			continue;
		lex->errs = saved.errs;
		for (size_t i = 0; i < errs.n; i++)
			err_list_take(lex->errs, &errs.items[i]);
		*ret_body = str_sub(body, 0, (size_t)(line.text.p - body.p));
		return true;
	}
	*lex = saved;
	lex->looked += body.n;
	return false;
}

void
dockerfile_lex_init(struct dockerfile_lex *lex, struct arena *arena, struct str text,
		    const char *file, enum dialect dialect, struct err_list *errs)
{
	*lex = (struct dockerfile_lex){
		.arena = arena,
		.file = file,
		.dialect = dialect,
		.errs = errs,
		.escape = '\\',
		.rest = text,
		.numbered = true,
	};
	if (str_starts(text, STR_LIT("\xef\xbb\xbf")))
		lex->rest = str_sub(text, 3, text.n);
	if (dialect == DIALECT_BUILDKIT)
		dockerfile_syntax(lex, lex->rest);
}
