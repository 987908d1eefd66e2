/* SPDX-License-Identifier: Apache-2.0 */
/* dockerfile_ins.c: one instruction of a Dockerfile, from its logical line. */
#include "model/dockerfile_priv.h"
#include "model/rune.h"

/* What follows the keyword and the flags. */
enum shape {
	SHAPE_LIST,    /* words, or a JSON array of them */
	SHAPE_WORDS,   /* words */
	SHAPE_TEXT,    /* one text */
	SHAPE_COMMAND, /* for a shell, or a JSON array */
	SHAPE_PAIRS,
	SHAPE_HEALTH,
	SHAPE_TRIGGER,
};

static const struct {
	enum shape shape;
	size_t least; /* words */
} shapes[] = {
	[DF_ADD] = { SHAPE_LIST, 2 },           [DF_ARG] = { SHAPE_PAIRS, 1 },
	[DF_CMD] = { SHAPE_COMMAND, 0 },        [DF_COPY] = { SHAPE_LIST, 2 },
	[DF_ENTRYPOINT] = { SHAPE_COMMAND, 0 }, [DF_ENV] = { SHAPE_PAIRS, 1 },
	[DF_EXPOSE] = { SHAPE_WORDS, 1 },       [DF_FROM] = { SHAPE_WORDS, 1 },
	[DF_HEALTHCHECK] = { SHAPE_HEALTH, 0 }, [DF_LABEL] = { SHAPE_PAIRS, 1 },
	[DF_MAINTAINER] = { SHAPE_TEXT, 1 },    [DF_ONBUILD] = { SHAPE_TRIGGER, 0 },
	[DF_RUN] = { SHAPE_COMMAND, 0 },        [DF_SHELL] = { SHAPE_COMMAND, 1 },
	[DF_STOPSIGNAL] = { SHAPE_TEXT, 1 },    [DF_USER] = { SHAPE_TEXT, 1 },
	[DF_VOLUME] = { SHAPE_LIST, 1 },        [DF_WORKDIR] = { SHAPE_TEXT, 1 },
};

/* An instruction in the making. */
struct making {
	struct dockerfile_lex *lex;
	const struct df_line *line;
	struct df_ins *ins;
	struct str rest;
	size_t at; /* of the keyword, in the line */
};

static size_t
offset(const struct making *m, struct str piece)
{
	return (size_t)(piece.p - m->line->text.p);
}

static struct err *
mistake(const struct making *m, const char *text)
{
	return dockerfile_lex_err(m->lex, m->line, m->at, "%s %s", df_kw_name(m->ins->kw), text);
}

static bool
find_keyword(struct str word, enum df_kw *ret)
{
	for (size_t i = 0; i < df_kw_count; i++) {
		if (str_ieq_c(word, df_kw_names[i])) {
			*ret = (enum df_kw)i;
			return true;
		}
	}
	return false;
}

static void
unknown_keyword(const struct dockerfile_lex *lex, const struct df_line *line, struct str word)
{
	char *AUTO_FREE name = str_dup(word);
	const char *near = str_nearest(name, df_kw_names, df_kw_count);
	struct err *err = dockerfile_lex_err(lex, line, (size_t)(word.p - line->text.p),
					     "unknown instruction '%s'", name);

	if (near)
		err_hint(err, "did you mean %s?", near);
}

static void
set_words(struct making *m, struct df_words words)
{
	m->ins->words = arena_calloc(m->lex->arena, words.n, sizeof(*m->ins->words));
	m->ins->nwords = words.n;
	for (size_t i = 0; i < words.n; i++)
		m->ins->words[i] = arena_str(m->lex->arena, words.v[i]);
}

/* Sets exec form and words if text is in that form; false after a mistake. */
static bool
maybe_exec(struct making *m, struct str text)
{
	struct df_ins *ins = m->ins;

	switch (dockerfile_json(m->lex->arena, m->lex->dialect, text, &ins->words, &ins->nwords)) {
	case DF_JSON_NO:
		return true;
	case DF_JSON_YES:
		ins->exec_form = true;
		return true;
	case DF_JSON_OTHERS:
		(void)dockerfile_lex_err(m->lex, m->line, offset(m, text),
					 "a JSON array here must hold strings only");
		return false;
	case DF_JSON_NUL:
		(void)dockerfile_lex_err(m->lex, m->line, offset(m, text),
					 "a string of the JSON array holds a NUL byte");
		return false;
	}
	BUG_ON(true);
}

static bool
make_health(struct making *m)
{
	struct str rest = m->rest;
	struct str type = dockerfile_take_word(&rest);

	if (str_ieq_c(type, "NONE") && !rest.n)
		return true;
	if (str_ieq_c(type, "NONE")) {
		(void)mistake(m, "NONE takes no arguments");
		return false;
	}
	if (!str_ieq_c(type, "CMD")) {
		struct err *err = mistake(m, "must be followed by CMD or NONE");

		if (type.n)
			err_hint(err, "not by '%.*s'", STR_FMT(type));
		return false;
	}
	if (!maybe_exec(m, rest))
		return false;
	if (!rest.n || (m->ins->exec_form && !m->ins->nwords)) {
		(void)mistake(m, "CMD lacks its command");
		return false;
	}
	return true;
}

static bool
make_trigger(struct making *m)
{
	struct df_ins *inner;
	bool is_from;

	if (!m->rest.n) {
		(void)mistake(m, "lacks the instruction that it triggers");
		return false;
	}
	inner = dockerfile_ins(m->lex, m->line, m->rest, &is_from);
	m->ins->inner = inner;
	if (is_from || (inner && (inner->kw == DF_ONBUILD || inner->kw == DF_MAINTAINER))) {
		(void)mistake(m, "cannot trigger ONBUILD, FROM or MAINTAINER");
		return false;
	}
	return inner;
}

/* The old form: ENV NAME the rest of the line. */
static bool
make_old_pair(struct making *m)
{
	struct df_pair *pair = arena_calloc(m->lex->arena, 1, sizeof(*pair));
	struct str value = m->rest;
	struct str name = dockerfile_take_word(&value);

	if (!value.n) {
		(void)mistake(m, "must be followed by NAME=VALUE");
		return false;
	}
	pair->name = arena_str(m->lex->arena, name);
	pair->value = arena_str(m->lex->arena, value);
	m->ins->pairs = pair;
	m->ins->npairs = 1;
	return true;
}

static bool
make_pair(struct making *m, struct str word)
{
	struct df_pair *pair = &m->ins->pairs[m->ins->npairs++];
	size_t eq = str_find(word, '=');

	if (eq == 0) {
		(void)dockerfile_lex_err(m->lex, m->line, offset(m, word),
					 "name missing before '='");
		return false;
	}
	pair->name = arena_str(m->lex->arena, str_sub(word, 0, eq));
	if (eq < word.n) {
		pair->value = arena_str(m->lex->arena, str_sub(word, eq + 1, word.n));
	} else if (m->ins->kw != DF_ARG) {
		(void)dockerfile_lex_err(m->lex, m->line, offset(m, word),
					 "'=' missing in '%.*s' of %s", STR_FMT(word),
					 df_kw_name(m->ins->kw));
		return false;
	}
	return true;
}

static bool
make_pairs(struct making *m)
{
	struct df_words words = dockerfile_split_quoted(m->lex->arena, m->rest, m->lex->escape);
	bool good = true;

	if (!words.n) {
		(void)mistake(m, m->ins->kw == DF_ARG ? "must be followed by NAME or NAME=VALUE"
						      : "must be followed by NAME=VALUE");
		return false;
	}
	if (m->ins->kw != DF_ARG && str_find(words.v[0], '=') == words.v[0].n)
		return make_old_pair(m);
	m->ins->pairs = arena_calloc(m->lex->arena, words.n, sizeof(*m->ins->pairs));
	for (size_t i = 0; i < words.n; i++)
		good = make_pair(m, words.v[i]) && good;
	return good;
}

static bool
enough_words(struct making *m)
{
	if (m->ins->nwords >= shapes[m->ins->kw].least)
		return true;
	switch (m->ins->kw) {
	case DF_ADD:
	case DF_COPY:
		(void)mistake(m, "must be followed by one or more sources and a destination");
		break;
	case DF_FROM:
		(void)mistake(m, "must be followed by an image or a stage");
		break;
	default:
		(void)mistake(m, "must be followed by at least one argument");
		break;
	}
	return false;
}

static bool
check_words(struct making *m)
{
	const struct df_ins *ins = m->ins;

	if (!enough_words(m))
		return false;
	if (ins->kw == DF_SHELL && !ins->exec_form) {
		struct err *err = mistake(m, "must be followed by a JSON array");

		err_hint(err, "as in SHELL [\"/bin/bash\", \"-c\"]");
		return false;
	}
	for (size_t i = 0; ins->kw == DF_VOLUME && i < ins->nwords; i++) {
		if (!rune_trim(str_c(ins->words[i])).n) {
			(void)mistake(m, "names an empty path");
			return false;
		}
	}
	if (ins->kw == DF_FROM && ins->nwords != 1 &&
	    !(ins->nwords == 3 && str_ieq_c(str_c(ins->words[1]), "as"))) {
		struct err *err = mistake(m, "takes one argument, or three");

		err_hint(err, "FROM IMAGE, or FROM IMAGE AS NAME");
		return false;
	}
	return true;
}

static bool
make_words(struct making *m)
{
	struct df_words one = { &m->rest, 1 };

	switch (shapes[m->ins->kw].shape) {
	case SHAPE_LIST:
		if (!maybe_exec(m, m->rest))
			return false;
		if (!m->ins->exec_form)
			set_words(m, dockerfile_split(m->lex->arena, m->rest));
		break;
	case SHAPE_WORDS:
		set_words(m, dockerfile_split(m->lex->arena, m->rest));
		break;
	case SHAPE_TEXT:
		if (m->rest.n)
			set_words(m, one);
		break;
	case SHAPE_COMMAND:
		if (!maybe_exec(m, m->rest))
			return false;
		/* SHELL without JSON: the mistake is not the number of words. */
		if (m->ins->kw == DF_SHELL && !m->ins->exec_form && m->rest.n)
			set_words(m, one);
		break;
	case SHAPE_PAIRS:
		return make_pairs(m);
	case SHAPE_HEALTH:
		return make_health(m);
	case SHAPE_TRIGGER:
		return make_trigger(m);
	}
	return check_words(m);
}

/* The builders put a trigger into the image with the blanks at its end. A carriage return there
 * would be read as the end of a line. */
static struct str
trigger_text(struct str text, struct str rest)
{
	rest.n = (size_t)(text.p + text.n - rest.p);
	while (rest.n && rest.p[rest.n - 1] == '\r')
		rest.n--;
	return rest;
}

struct df_ins *
dockerfile_ins(struct dockerfile_lex *lex, const struct df_line *line, struct str text,
	       bool *ret_is_from)
{
	struct making m = { .lex = lex, .line = line };
	struct str rest = rune_trim(text);
	struct str word = dockerfile_take_word(&rest), after;
	struct df_flags flags;
	enum df_kw kw;
	bool good;

	*ret_is_from = false;
	if (!word.n) {
		(void)dockerfile_lex_err(lex, line, 0, "the line continues, but nothing follows");
		return NULL;
	}
	if (!find_keyword(word, &kw)) {
		unknown_keyword(lex, line, word);
		return NULL;
	}
	*ret_is_from = kw == DF_FROM;
	m.ins = ARENA_NEW(lex->arena, struct df_ins);
	m.ins->kw = kw;
	m.at = offset(&m, word);
	if (lex->numbered) {
		dockerfile_lex_place(line, m.at, &m.ins->line, &m.ins->col);
		m.ins->end_line = line->end_line;
	}
	m.ins->escape = lex->escape;
	m.ins->flag_escape = dockerfile_flag_escape(lex->dialect, lex->escape);
	after = rest;
	good = dockerfile_take_flags(lex, line, &rest, &flags);
	if (good && kw == DF_ONBUILD && rest.p != after.p && !flags.n) {
		(void)mistake(&m, "keeps '--' as a part of its trigger, which is then none");
		good = false;
	}
	if (!good)
		return NULL;
	m.ins->flags = flags.v;
	m.ins->nflags = flags.n;
	m.rest = rest;
	if (kw == DF_ONBUILD)
		rest = trigger_text(text, rest);
	m.ins->rest = arena_str(lex->arena, rest);
	good = dockerfile_check_flags(lex, line, kw, &flags);
	return make_words(&m) && good ? m.ins : NULL;
}
