/* SPDX-License-Identifier: Apache-2.0 */
/* dockerfile.c: a Dockerfile as stages of instructions, comments and continuations gone. */
#include "model/dockerfile.h"

#include "base/map.h"
#include "base/vec.h"
#include "model/dockerfile_priv.h"

ENUM_DEFINE(df_kw, DF_KW_LIST);

/* A file while it is read. */
struct reading {
	struct dockerfile_lex lex;
	struct dockerfile *df;
	VEC(struct df_ins *) ins; /* of the preamble, then of the last stage */
	VEC(struct df_stage) stages;
	struct map *names; /* of stages, lower case */
	bool from_seen;    /* right or wrong */
};

static bool
can_hold_heredocs(enum df_kw kw)
{
	return kw == DF_ADD || kw == DF_COPY || kw == DF_RUN;
}

/* Where the line says "<<". */
static size_t
heredoc_place(const struct df_line *line)
{
	const char *at = memmem(line->text.p, line->text.n, "<<", 2);

	return at ? (size_t)(at - line->text.p) : 0;
}

/* buildah 1.28 and docker 20.10 read the body as instructions. */
static bool
refuse_heredocs(struct dockerfile_lex *lex, const struct df_line *line, enum df_kw kw,
		const struct df_heredoc *docs, size_t n)
{
	bool any = kw != DF_RUN;
	struct str body;
	struct err *err;

	for (size_t i = 0; i < n; i++)
		any = dockerfile_lex_heredoc(lex, docs[i].name, docs[i].chomp, &body) || any;
	/* RUN x=$((1 << 20)) looks like one, but no line ends it. */
	if (!n || !any)
		return true;
	err = dockerfile_lex_err(lex, line, heredoc_place(line), "dialect '%s' knows no heredocs",
				 dialect_name(lex->dialect));
	err_hint(err, "BuildKit and buildah from 1.33 on know them");
	return false;
}

static bool
take_bodies(struct dockerfile_lex *lex, const struct df_line *line, struct df_heredoc *docs,
	    size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (dockerfile_lex_heredoc(lex, docs[i].name, docs[i].chomp, &docs[i].body))
			continue;
		(void)dockerfile_lex_err(lex, line, heredoc_place(line),
					 "no line '%s' ends the heredoc", docs[i].name);
		/* What follows is its body: no instruction among it would be one. */
		lex->rest = STR_NULL;
		return false;
	}
	return true;
}

/* Attaches the heredocs of a line to its instruction, which is NULL if it has mistakes. */
static bool
take_heredocs(struct dockerfile_lex *lex, const struct df_line *line, struct df_ins *ins)
{
	struct df_ins *host = ins && ins->inner ? ins->inner : ins;
	struct err AUTO_ERR err = ERR_INIT;
	struct df_heredoc *docs;
	size_t n;

	if (host && (!can_hold_heredocs(host->kw) || host->exec_form))
		return true;
	if (dockerfile_heredocs(lex->arena, line->text, &docs, &n, &err) < 0) {
		(void)dockerfile_lex_err(lex, line, heredoc_place(line), "%s", err.msg);
		return false;
	}
	if (lex->dialect != DIALECT_BUILDKIT)
		return refuse_heredocs(lex, line, host ? host->kw : DF_RUN, docs, n);
	if (!take_bodies(lex, line, docs, n) || !host)
		return false;
	host->heredocs = docs;
	host->nheredocs = n;
	if (host != ins) {
		ins->heredocs = docs;
		ins->nheredocs = n;
	}
	if (n && host->kw != DF_RUN && df_heredoc_of(host, host->words[host->nwords - 1])) {
		(void)dockerfile_lex_err(lex, line, heredoc_place(line),
					 "a heredoc cannot be the destination of %s",
					 df_kw_name(host->kw));
		return false;
	}
	return true;
}

static bool
same_heredocs(const struct df_ins *ins, const struct df_heredoc *docs, size_t n)
{
	if (n != ins->nheredocs)
		return false;
	for (size_t i = 0; i < n; i++) {
		const struct df_heredoc *a = &ins->heredocs[i], *b = &docs[i];

		if (strcmp(a->name, b->name) || a->fd != b->fd || a->expand != b->expand ||
		    a->chomp != b->chomp)
			return false;
	}
	return true;
}

/*
 * Whether the instruction can be written down so that it is read as the same. Only lines that
 * nobody writes cannot: one that ends in an escape character, because the file ends there.
 */
static bool
can_be_printed(const struct dockerfile_lex *lex, const struct df_line *line,
	       const struct df_ins *ins)
{
	struct err AUTO_ERR ignored = ERR_INIT;
	struct buf AUTO_BUF text = BUF_INIT;
	struct buf AUTO_BUF wrapped = BUF_INIT;
	struct df_heredoc *docs;
	const char *why = NULL;
	struct str s;
	size_t n;

	dockerfile_print_line(ins, &text);
	s = buf_str(&text);
	if (dockerfile_lex_continues(lex->dialect, lex->escape, &s))
		why = "the instruction ends with the escape character";
	else if (!dockerfile_wrap(ins, &wrapped))
		why = "the instruction is too long to be broken into lines";
	else if (lex->dialect == DIALECT_BUILDKIT && ins->nheredocs &&
		 (dockerfile_heredocs(lex->arena, s, &docs, &n, &ignored) < 0 ||
		  !same_heredocs(ins, docs, n)))
		why = "the quoting of the flags hides a heredoc";
	if (why)
		(void)dockerfile_lex_err(lex, line, 0, "%s", why);
	return !why;
}

/* The next instruction, NULL if it has mistakes; false at the end of the file. */
static bool
next_ins(struct dockerfile_lex *lex, struct df_line *line, struct df_ins **ret, bool *ret_is_from)
{
	struct df_ins *ins;

	if (!dockerfile_lex_next(lex, line))
		return false;
	ins = dockerfile_ins(lex, line, line->text, ret_is_from);
	if (!take_heredocs(lex, line, ins) || (ins && !can_be_printed(lex, line, ins)))
		ins = NULL;
	if (ins && lex->numbered)
		ins->end_line = lex->line;
	*ret = ins;
	return true;
}

static bool
is_stage_name(struct str name)
{
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

		if (!letter && (i == 0 || !c || !strchr("0123456789-_.", c)))
			return false;
	}
	return name.n;
}

static void
check_stage_name(struct reading *r, const struct df_line *line, const char *name)
{
	char *AUTO_FREE lower = xstrdup(name);
	struct err *err;

	if (r->lex.dialect == DIALECT_CONTAINERS)
		return;
	if (!is_stage_name(str_c(name))) {
		err = dockerfile_lex_err(&r->lex, line, 0, "'%s' cannot name a stage", name);
		err_hint(err, "a letter, then letters, digits, '-', '_' and '.'");
		return;
	}
	for (char *c = lower; *c; c++)
		*c = (char)(*c >= 'A' && *c <= 'Z' ? *c | 0x20 : *c);
	if (!map_add(r->names, str_c(lower), r) && r->lex.dialect == DIALECT_CLASSIC)
		(void)dockerfile_lex_err(&r->lex, line, 0, "a second stage is named '%s'", name);
}

/* Gives what was gathered to the preamble or to the last stage. */
static void
end_stage(struct reading *r)
{
	struct df_ins **ins = arena_dup(r->lex.arena, r->ins.v, r->ins.n * sizeof(*r->ins.v));

	if (r->stages.n) {
		r->stages.v[r->stages.n - 1].ins = ins;
		r->stages.v[r->stages.n - 1].nins = r->ins.n;
	} else {
		r->df->preamble = ins;
		r->df->npreamble = r->ins.n;
	}
	r->ins.n = 0;
}

static void
begin_stage(struct reading *r, const struct df_line *line, struct df_ins *from)
{
	struct df_stage stage = { .index = r->stages.n, .from = from };

	end_stage(r);
	stage.base = from->words[0];
	stage.name = from->nwords == 3 ? from->words[2] : NULL;
	stage.platform = df_flag_get(from, "platform");
	if (stage.name)
		check_stage_name(r, line, stage.name);
	vec_push(&r->stages, stage);
}

static void
add_ins(struct reading *r, const struct df_line *line, struct df_ins *ins, bool is_from)
{
	r->from_seen = r->from_seen || is_from;
	if (!ins)
		return;
	if (is_from) {
		begin_stage(r, line, ins);
		return;
	}
	if (!r->from_seen && ins->kw != DF_ARG) {
		struct err *err = dockerfile_lex_err(&r->lex, line, 0, "%s before the first FROM",
						     df_kw_name(ins->kw));

		err_hint(err, "only ARG may stand there; buildah drops anything else");
		return;
	}
	vec_push(&r->ins, ins);
}

struct dockerfile *
dockerfile_parse(struct arena *arena, struct str text, const char *file, enum dialect dialect,
		 struct err_list *errs)
{
	struct reading r = { .df = ARENA_NEW(arena, struct dockerfile), .names = map_new() };
	size_t mistakes = errs->n;
	struct df_line line;
	struct df_ins *ins;
	bool is_from;

	dockerfile_lex_init(&r.lex, arena, text, file, dialect, errs);
	while (next_ins(&r.lex, &line, &ins, &is_from))
		add_ins(&r, &line, ins, is_from);
	end_stage(&r);
	if (!r.stages.n && errs->n == mistakes)
		(void)err_list_at(errs, file, r.lex.line, 0, "the file has no FROM");
	r.df->file = file ? arena_strdup(arena, file) : NULL;
	r.df->dialect = dialect;
	r.df->escape = r.lex.escape;
	r.df->syntax = r.lex.syntax;
	r.df->syntax_line = r.lex.syntax_line;
	r.df->stages = arena_dup(arena, r.stages.v, r.stages.n * sizeof(*r.stages.v));
	r.df->nstages = r.stages.n;
	vec_fini(&r.ins);
	vec_fini(&r.stages);
	map_free(r.names);
	return errs->n == mistakes ? r.df : NULL;
}

struct df_ins *
dockerfile_parse_trigger(struct arena *arena, struct str text, enum dialect dialect,
			 struct err *err)
{
	struct err_list AUTO_ERR_LIST errs = ERR_LIST_INIT;
	struct dockerfile_lex lex;
	struct df_ins *ins = NULL, *more;
	struct df_line line;
	bool is_from = false;

	dockerfile_lex_init(&lex, arena, text, NULL, dialect, &errs);
	lex.numbered = false;
	if (!next_ins(&lex, &line, &ins, &is_from) && !errs.n)
		(void)err_list_at(&errs, NULL, 0, 0, "the trigger is empty");
	else if (is_from || (!errs.n && next_ins(&lex, &line, &more, &is_from)))
		(void)err_list_at(&errs, NULL, 0, 0, "the trigger is more than one instruction");
	if (!errs.n)
		return ins;
	(void)err_move(err, &errs.items[0]); /* its class is known */
	return NULL;
}

const char *
df_flag_get(const struct df_ins *ins, const char *name)
{
	for (size_t i = ins->nflags; i-- > 0;) {
		if (!strcmp(ins->flags[i].name, name))
			return ins->flags[i].value ? ins->flags[i].value : "";
	}
	return NULL;
}
