/* SPDX-License-Identifier: Apache-2.0 */
/* yaml.c: the events of a YAML stream, through libfyaml. */
#include "base/yaml.h"

#include "base/buf.h"

#include <libfyaml.h>

struct scan {
	struct str text;
	const char *file;
	struct err_list *errs;
	struct fy_token_iter *iter;
	struct buf value; /* of the scalar at hand */
	bool misread;
	int line, col; /* of the event, or of the last one that has a place */
	size_t end;    /* of that one's bytes */
};

static struct str
token_text(struct fy_token *token)
{
	size_t n = 0;
	const char *p = token ? fy_token_get_text(token, &n) : NULL;

	return (struct str){ p, p ? n : 0 };
}

static enum yaml_style
style_of(enum fy_scalar_style style)
{
	switch (style) {
	case FYSS_SINGLE_QUOTED:
		return YAML_SINGLE_QUOTED;
	case FYSS_DOUBLE_QUOTED:
		return YAML_DOUBLE_QUOTED;
	case FYSS_LITERAL:
		return YAML_LITERAL;
	case FYSS_FOLDED:
		return YAML_FOLDED;
	default:
		return YAML_PLAIN;
	}
}

static bool
kind_of(enum fy_event_type type, enum yaml_event_kind *ret)
{
	static const struct {
		enum fy_event_type type;
		enum yaml_event_kind kind;
	} kinds[] = {
		{ FYET_DOCUMENT_START, YAML_EVENT_DOCUMENT },
		{ FYET_DOCUMENT_END, YAML_EVENT_DOCUMENT_END },
		{ FYET_SCALAR, YAML_EVENT_SCALAR },
		{ FYET_ALIAS, YAML_EVENT_ALIAS },
		{ FYET_SEQUENCE_START, YAML_EVENT_SEQ },
		{ FYET_SEQUENCE_END, YAML_EVENT_SEQ_END },
		{ FYET_MAPPING_START, YAML_EVENT_MAP },
		{ FYET_MAPPING_END, YAML_EVENT_MAP_END },
	};

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (kinds[i].type == type) {
			*ret = kinds[i].kind;
			return true;
		}
	}
	return false;
}

/* Sets the places. What has none of its own (a value that is left out) gets that of what comes
 * before it. */
static void
set_place(struct scan *s, struct fy_event *e, struct yaml_event *out)
{
	const struct fy_mark *from = fy_event_start_mark(e), *to = fy_event_end_mark(e);

	if (from) {
		s->line = from->line + 1;
		s->col = from->column + 1;
		out->from = from->input_pos;
		out->to = to ? to->input_pos : from->input_pos;
		s->end = out->to;
	} else {
		out->from = out->to = s->end;
	}
	out->line = s->line;
	out->col = s->col;
	/* The mark is behind the quote or the star, which belongs to the node. */
	if (from && s->col > 1 &&
	    (out->kind == YAML_EVENT_ALIAS || out->style == YAML_SINGLE_QUOTED ||
	     out->style == YAML_DOUBLE_QUOTED))
		out->col--;
}

/* Single quotes in one line have nothing else to undo. */
static void
unquote(struct str raw, struct buf *ret)
{
	for (size_t i = 0; i < raw.n; i++) {
		buf_addc(ret, raw.p[i]);
		i += raw.p[i] == '\'' && i + 1 < raw.n && raw.p[i + 1] == '\'';
	}
}

/*
 * libfyaml (0.7.12 to 0.9 at least) computes a scalar's length in one place and its text in another.
 * Where they differ (two quotes in a row in single quotes, some folded lines), what
 * fy_token_get_text() returns is cut off, or ends with bytes that nobody wrote.
 */
static void
read_value(struct scan *s, struct fy_token *token, struct yaml_event *out)
{
	struct str raw = str_sub(s->text, out->from, out->to);
	const struct fy_iter_chunk *chunk = NULL;

	buf_clear(&s->value);
	if (token && out->style == YAML_SINGLE_QUOTED && str_find(raw, '\n') == raw.n) {
		unquote(raw, &s->value);
	} else if (token) {
		fy_token_iter_start(token, s->iter);
		while ((chunk = fy_token_iter_chunk_next(s->iter, chunk, NULL)))
			buf_add(&s->value, chunk->str, chunk->len);
		fy_token_iter_finish(s->iter);
		s->misread = s->value.len != fy_token_get_text_length(token);
	}
	out->text = buf_str(&s->value);
}

static bool
refuse(struct scan *s, const struct yaml_event *e)
{
	struct err *err =
		err_list_at(s->errs, s->file, e->line, e->col, "libfyaml misreads this text");

	err_hint(err, "write it in one line, in double quotes");
	return false;
}

static bool
pass_on(struct scan *s, struct fy_event *e, yaml_sink sink, void *ctx)
{
	struct yaml_event out = { .style = YAML_PLAIN };
	struct fy_token *token;

	if (!kind_of(e->type, &out.kind))
		return true;
	token = fy_event_get_token(e);
	if (out.kind == YAML_EVENT_SCALAR && token)
		out.style = style_of(fy_token_scalar_style(token));
	set_place(s, e, &out);
	if (out.kind == YAML_EVENT_SCALAR)
		read_value(s, token, &out);
	else if (out.kind == YAML_EVENT_ALIAS)
		out.text = token_text(token);
	out.anchor = token_text(fy_event_get_anchor_token(e));
	out.tag = token_text(fy_event_get_tag_token(e));
	return s->misread ? refuse(s, &out) : sink(ctx, &out);
}

static bool
is_one_of(struct str text, size_t i, const char *set)
{
	return i < text.n && text.p[i] && strchr(set, text.p[i]);
}

/* Or a character beyond ASCII: some of those break lines. */
static bool
is_one_of_or_wide(struct str text, size_t i, const char *set)
{
	return is_one_of(text, i, set) || (i < text.n && (unsigned char)text.p[i] >= 0x80);
}

/* A '?' that can begin a key: at the start of a token. */
static bool
begins_key(struct str text, size_t i)
{
	return text.p[i] == '?' && (!i || is_one_of_or_wide(text, i - 1, " \t\r\n,[]{}\"'"));
}

/* What stands behind a ':' is blanks, a tab among them, and then what begins a node in block style. */
static bool
tab_indents(struct str text, size_t i)
{
	bool tab = false;

	if (text.p[i] != ':')
		return false;
	for (i++; is_one_of(text, i, " \t"); i++)
		tab |= text.p[i] == '\t';
	return tab && (is_one_of(text, i, "?:|>") ||
		       (is_one_of(text, i, "-") &&
			(i + 1 == text.n || is_one_of_or_wide(text, i + 1, " \t\r\n"))));
}

/* libfyaml ends a document silently at some bytes. A tab that indents behind an explicit key is an error
 * for it as well, but before 0.8 it then frees the key twice. */
static bool
check_text(struct scan *s, struct str text)
{
	bool explicit_key = false;
	int line = 1, col = 1;

	for (size_t i = 0, n; i < text.n; i += n, col++) {
		uint32_t c = 0;

		n = str_utf8(str_sub(text, i, text.n), &c);
		if (!n || (c < ' ' && c != '\t' && c != '\n' && c != '\r') || c == 0x7f) {
			(void)err_list_at(s->errs, s->file, line, col,
					  n ? "byte 0x%02x is no text" : "byte 0x%02x is no UTF-8",
					  (unsigned char)text.p[i]);
			return false;
		}
		explicit_key |= begins_key(text, i);
		if (explicit_key && tab_indents(text, i)) {
			err_hint(err_list_at(s->errs, s->file, line, col,
					     "a tab between ':' and what it stands for"),
				 "put blanks there");
			return false;
		}
		if (c == '\n') {
			line++;
			col = 0;
		} else if (!i && c == 0xfeff) {
			col = 0;
		}
	}
	return true;
}

static void
ignore_output(struct fy_diag *diag UNUSED, void *user UNUSED, const char *text UNUSED,
	      size_t n UNUSED)
{
}

static struct fy_diag *
quiet_diag(void)
{
	struct fy_diag_cfg cfg;
	struct fy_diag *diag;

	fy_diag_cfg_default(&cfg);
	cfg.fp = NULL;
	cfg.output_fn = ignore_output;
	cfg.colorize = false;
	diag = fy_diag_create(&cfg);
	BUG_ON(!diag);
	fy_diag_set_collect_errors(diag, true);
	return diag;
}

static void
take_syntax_errors(struct scan *s, struct fy_diag *diag)
{
	const struct fy_diag_error *e;
	void *at = NULL;
	size_t before = s->errs->n;

	while ((e = fy_diag_errors_iterate(diag, &at)))
		(void)err_list_at(s->errs, s->file, e->line, e->column, "%s", e->msg);
	if (s->errs->n == before)
		(void)err_list_at(s->errs, s->file, s->line, s->col, "this is no YAML");
}

bool
yaml_events(struct str text, const char *file, yaml_sink sink, void *ctx, struct err_list *errs)
{
	struct fy_parse_cfg cfg = { .flags = FYPCF_QUIET | FYPCF_JSON_NONE };
	struct scan s = { .text = text, .file = file, .errs = errs };
	struct fy_parser *parser;
	struct fy_event *e;
	bool more = true, ok;

	if (!check_text(&s, text))
		return false;
	buf_init(&s.value, 0);
	s.iter = fy_token_iter_create(NULL);
	BUG_ON(!s.iter);
	cfg.diag = quiet_diag();
	parser = fy_parser_create(&cfg);
	BUG_ON(!parser);
	BUG_ON(fy_parser_set_string(parser, text.n ? text.p : "", text.n));
	while (more && (e = fy_parser_parse(parser))) {
		more = pass_on(&s, e, sink, ctx);
		fy_parser_event_free(parser, e);
	}
	ok = !fy_parser_get_stream_error(parser);
	if (!ok)
		take_syntax_errors(&s, cfg.diag);
	fy_parser_destroy(parser);
	fy_diag_destroy(cfg.diag);
	fy_token_iter_destroy(s.iter);
	buf_fini(&s.value);
	return ok && !s.misread;
}
