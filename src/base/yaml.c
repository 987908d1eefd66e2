/* SPDX-License-Identifier: Apache-2.0 */
/* yaml.c: the events of a YAML stream, through libfyaml. */
#include "base/yaml.h"

#include <libfyaml.h>

struct scan {
	const char *file;
	struct err_list *errs;
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

static bool
pass_on(struct scan *s, struct fy_event *e, yaml_sink sink, void *ctx)
{
	struct yaml_event out = { .style = YAML_PLAIN };
	struct fy_token *token;

	if (!kind_of(e->type, &out.kind))
		return true;
	if (out.kind == YAML_EVENT_SCALAR || out.kind == YAML_EVENT_ALIAS) {
		token = fy_event_get_token(e);
		out.text = token_text(token);
		if (out.kind == YAML_EVENT_SCALAR && token)
			out.style = style_of(fy_token_scalar_style(token));
	}
	out.anchor = token_text(fy_event_get_anchor_token(e));
	out.tag = token_text(fy_event_get_tag_token(e));
	set_place(s, e, &out);
	return sink(ctx, &out);
}

/* libfyaml ends a document silently at such bytes. */
static bool
check_bytes(struct scan *s, struct str text)
{
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
	struct scan s = { .file = file, .errs = errs };
	struct fy_parser *parser;
	struct fy_event *e;
	bool more = true, ok;

	if (!check_bytes(&s, text))
		return false;
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
	return ok;
}
