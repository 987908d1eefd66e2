/* SPDX-License-Identifier: Apache-2.0 */
/* graph_vars.c: the variables of a graph and the texts that name them. */
#include "base/buf.h"
#include "model/graph_priv.h"

#include <ctype.h>

static bool
is_name_byte(unsigned char c, bool first)
{
	return c == '_' || (c < 0x80 && isalpha(c)) || (!first && c >= '0' && c <= '9');
}

bool
graph_valid_variable(struct str name)
{
	for (size_t i = 0; i < name.n; i++) {
		if (!is_name_byte((unsigned char)name.p[i], !i))
			return false;
	}
	return name.n > 0;
}

bool
graph_valid_git_ref(const char *ref)
{
	if (!ref[0] || ref[0] == '-')
		return false;
	for (const unsigned char *p = (const unsigned char *)ref; *p; p++) {
		if (*p <= ' ' || *p == 0x7f || strchr("~^:?*[\\", *p))
			return false;
	}
	return true;
}

static size_t
find_close(struct str s)
{
	/* What looks like "${NAME" up to here is no reference when a line ends or a blank comes. */
	for (size_t i = 2; i < s.n; i++) {
		if (s.p[i] == '}')
			return i;
		if (s.p[i] == '\n' || s.p[i] == ' ' || s.p[i] == '$')
			break;
	}
	return 0;
}

bool
graph_piece_next(struct str *rest, struct graph_piece *ret)
{
	struct str s = *rest;
	size_t end;

	if (!s.n)
		return false;
	ret->kind = GRAPH_PIECE_LITERAL;
	if (s.n > 1 && s.p[0] == '$' && s.p[1] == '$') {
		ret->text = str_sub(s, 0, 1);
		*rest = str_sub(s, 2, s.n);
		return true;
	}
	if (s.n > 1 && s.p[0] == '$' && s.p[1] == '{') {
		end = find_close(s);
		ret->text = end ? str_sub(s, 2, end) : s;
		ret->kind =
			end && graph_valid_variable(ret->text) ? GRAPH_PIECE_NAME : GRAPH_PIECE_BAD;
		if (ret->kind == GRAPH_PIECE_BAD && end)
			ret->text = str_sub(s, 0, end + 1);
		*rest = str_sub(s, end ? end + 1 : s.n, s.n);
		return true;
	}
	/* A lone '$' is itself. */
	end = 1 + str_find(str_sub(s, 1, s.n), '$');
	ret->text = str_sub(s, 0, end);
	*rest = str_sub(s, end, s.n);
	return true;
}

struct graph_variable *
graph_variable_find(const struct graph *g, struct str name)
{
	return map_get(g->variable_by_name, name);
}

struct expand {
	struct graph *graph;
	struct err_list *errs;
};

static void
report_unset(struct expand *x, const struct graph_variable *v)
{
	struct err *e = err_list_at(x->errs, x->graph->file, v->at.line, v->at.col,
				    "variable '%s' has no value", v->name);

	if (v->event)
		err_hint(e,
			 "give it with --set %s=VALUE, LOCKSTEP_VAR_%s, the event's field '%s', "
			 "or a default",
			 v->name, v->name, v->event);
	else
		err_hint(e, "give it with --set %s=VALUE, LOCKSTEP_VAR_%s, or a default", v->name,
			 v->name);
}

static const char *
expand(struct expand *x, const char *text, struct graph_place at)
{
	struct buf b CLEANUP(buf_fini) = BUF_INIT;
	struct str rest = str_c(text);
	struct graph_piece piece;

	if (!strchr(text, '$'))
		return text;
	while (graph_piece_next(&rest, &piece)) {
		const struct graph_variable *v;

		if (piece.kind == GRAPH_PIECE_LITERAL) {
			buf_add_str(&b, piece.text);
			continue;
		}
		v = graph_variable_find(x->graph, piece.text);
		if (!v)
			(void)err_list_at(x->errs, x->graph->file, at.line, at.col,
					  "unknown variable '%.*s'", STR_FMT(piece.text));
		else if (!v->value)
			report_unset(x, v);
		else
			buf_adds(&b, v->value);
	}
	return arena_str(x->graph->arena, buf_str(&b));
}

static void
expand_all(struct expand *x, struct graph_kv *kv, size_t n)
{
	for (size_t i = 0; i < n; i++)
		kv[i].value = expand(x, kv[i].value, kv[i].at);
}

static void
expand_source(struct expand *x, struct graph_image *img)
{
	struct graph_source *s = &img->source;
	const char *written = s->ref;
	size_t before = x->errs->n;

	if (!s->git)
		return;
	s->ref = expand(x, written, s->at);
	/* A default or an event may hold anything, and git must not take it for an option. */
	if (x->errs->n == before && !graph_valid_git_ref(s->ref))
		err_hint(err_list_at(x->errs, x->graph->file, s->at.line, s->at.col,
				     "'%s' becomes '%.60s', which is no git reference", written,
				     s->ref),
			 "a branch, a tag or a commit");
}

int
graph_set_variables(struct graph *g, graph_lookup lookup, void *ctx, struct err_list *errs)
{
	struct expand x = { .graph = g, .errs = errs };
	size_t before = errs->n;

	for (size_t i = 0; i < g->nvariables; i++) {
		struct graph_variable *v = &g->variables[i];
		const char *given = lookup ? lookup(ctx, v) : NULL;

		v->value = given ? arena_strdup(g->arena, given) : v->fallback;
	}
	for (size_t i = 0; i < g->nimages; i++) {
		struct graph_image *img = &g->images[i];

		expand_all(&x, img->args, img->nargs);
		expand_all(&x, img->labels, img->nlabels);
		expand_all(&x, img->options, img->noptions);
		expand_source(&x, img);
	}
	expand_all(&x, g->payload, g->npayload);
	return errs->n > before ? -ERR_INPUT : 0;
}
