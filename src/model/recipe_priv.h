/* SPDX-License-Identifier: Apache-2.0 */
/* recipe_priv.h: what the parts of a recipe's evaluation share. */
#ifndef LOCKSTEP_MODEL_RECIPE_PRIV_H
#define LOCKSTEP_MODEL_RECIPE_PRIV_H

#include "base/map.h"
#include "base/vec.h"
#include "model/recipe.h"

/*
 * The order of things: recipe_reach.c decides which stages count, recipe_scope.c follows the
 * variables through them, recipe_reads.c notes what each instruction reads, recipe_args.c which
 * arguments count. recipe_facts.c and recipe_render.c walk the same way once more, later.
 */

/* What a stage of the file stands on; indexes are those of the file. */
struct recipe_work {
	bool reached;
	size_t number; /* among the reached ones */
	enum recipe_base base;
	size_t base_stage;               /* if base is a stage */
	const char *ref;                 /* if base is an image: expanded */
	const char *platform;            /* expanded and normalised, or NULL */
	const struct oci_config *config; /* of an image; NULL while unknown */
	struct df_ins **onbuild;         /* triggers, in the order in which they run */
	size_t nonbuild;
};

/* What recipe_eval() returns is pub. */
struct recipe_impl {
	struct recipe pub; /* the first member */
	struct arena *arena;
	struct recipe_work *work;       /* one for each stage of the file */
	const struct recipe_arg *given; /* sorted by name, once each */
	size_t ngiven;
};

static inline const struct recipe_impl *
recipe_impl(const struct recipe *r)
{
	return (const struct recipe_impl *)(const void *)r;
}

/* recipe_scope.c: variables */

/*
 * The variables that an instruction sees. Dialects differ in who wins: in buildkit ENV and ARG
 * are one list, and the later instruction wins; in containers and classic an ENV, the base
 * image's too, always wins over an ARG.
 */
struct recipe_scope {
	struct map *env;  /* ENV of the image so far, its base's included */
	struct map *args; /* ARG; buildkit: both, as they came */
	bool open;        /* the base's ENV is not known: any name can be set */
};

struct recipe_scopes {
	struct recipe_scope global;  /* what FROM sees */
	struct recipe_scope *stages; /* by index in the file; at their end once they are walked */
	size_t nstages;
	struct map *declared; /* first value that an ARG of a stage gave a name */
};

/* A text after expansion. */
struct recipe_text {
	const char *text; /* NULL when not known */
	bool known;       /* false: depends on a variable of a base that is not known */
};

/* The texts of one instruction that its builder expands, in order: the words of ADD, COPY and
 * VOLUME (heredocs as they are), name and value in turn of ENV and LABEL, all there is of USER,
 * WORKDIR and STOPSIGNAL, the ports of EXPOSE. Others have none. */
struct recipe_texts {
	struct recipe_text *v;
	size_t n;
	bool known; /* all of them */
};

/* Evaluates the preamble; its mistakes go to errs. */
void recipe_scopes_init(const struct recipe_impl *r, struct recipe_scopes *s,
			struct err_list *errs);
void recipe_scopes_fini(struct recipe_scopes *s);
/* Puts what its base hands down into the scope of a stage. Bases come first. */
void recipe_scope_begin(const struct recipe_impl *r, struct recipe_scopes *s, size_t stage);
/* ENV and ARG take effect. texts: of this instruction, from recipe_expand_ins(). */
int recipe_scope_apply(const struct recipe_impl *r, struct recipe_scopes *s, size_t stage,
		       const struct df_ins *ins, const struct recipe_texts *texts, struct err *err)
	NODISCARD;
int recipe_expand(const struct recipe_impl *r, const struct recipe_scope *scope, const char *word,
		  struct recipe_text *ret, struct err *err) NODISCARD;
int recipe_expand_ins(const struct recipe_impl *r, const struct recipe_scope *scope,
		      const struct df_ins *ins, struct recipe_texts *ret, struct err *err)
	NODISCARD;
void recipe_set(const struct recipe_impl *r, struct map *m, const char *name,
		struct recipe_text value);
/* recipe_declare.c: an ARG takes effect, in the preamble if scope is global. */
int recipe_declare(const struct recipe_impl *r, struct recipe_scopes *s, struct recipe_scope *scope,
		   const struct df_ins *ins, struct err *err) NODISCARD;
/* The value of a name in the preamble's scope; NULL = unset. */
const char *recipe_global(const struct recipe_scopes *s, const char *name);

/* recipe_args.c: arguments */

/* What the caller gave for a name; NULL = nothing. */
const char *recipe_given(const struct recipe_impl *r, const char *name);
/* The value of a platform argument that the dialect's builder knows by itself; else NULL. What
 * the caller gives for such a name goes before. */
const char *recipe_platform_arg(const struct recipe_impl *r, const char *name);
/* http_proxy and its like, which need no ARG in this dialect. */
bool recipe_is_proxy(enum dialect dialect, const char *name);
/* Sorts what the caller gave; a later value of a name wins. */
void recipe_take_given(struct recipe_impl *r);
/* Fills pub.args, and complains of arguments that nothing uses. */
void recipe_count_args(struct recipe_impl *r, const struct recipe_scopes *s, struct err_list *errs);

/* recipe_reach.c: stages */

/* What the name in FROM, COPY --from or a mount's from= means. */
enum recipe_link_kind { RECIPE_LINK_IMAGE, RECIPE_LINK_STAGE, RECIPE_LINK_SCRATCH };

struct recipe_link {
	enum recipe_link_kind kind;
	size_t stage; /* index in the file */
};

/* name as the instruction of stage `user` has it, expanded. Fails (ERR_INPUT, without place) for
 * a stage that comes too late, a number too high, a name given twice where that is ambiguous. */
int recipe_link(const struct recipe_impl *r, size_t user, enum recipe_use use, const char *name,
		struct recipe_link *ret, struct err *err) NODISCARD;
/* Finds the target, marks what it reaches and fills pub.stages. */
void recipe_reach(struct recipe_impl *r, const struct recipe_scopes *s, struct err_list *errs);

/* One use of a stage or an image by a flag of an instruction. */
struct recipe_from {
	enum recipe_use use;
	const char *name; /* as written */
};

/* The uses in an instruction, in order; ADD and COPY have at most one. Fails for names with
 * variables. Arrays live in r's arena. */
int recipe_froms(const struct recipe_impl *r, const struct df_ins *ins, struct recipe_from **ret,
		 size_t *ret_n, struct err *err) NODISCARD;
/* The k-th instruction of a stage, its triggers first; NULL behind the last. */
const struct df_ins *recipe_ins(const struct recipe_impl *r, size_t stage, size_t k);
/* Whether it is one of its stage's triggers. */
bool recipe_is_trigger(const struct recipe_impl *r, size_t stage, const struct df_ins *ins);
/* The line where it is told of: a trigger's is that of FROM. */
int recipe_line(const struct recipe_impl *r, size_t stage, const struct df_ins *ins);
/* Moves err to errs with the place of the instruction. */
void recipe_complain(const struct recipe_impl *r, size_t stage, const struct df_ins *ins,
		     struct err_list *errs, struct err *err);

/* recipe_mount.c: RUN --mount */

#define RECIPE_MOUNT_LIST(X)                                                                       \
	X(RECIPE_MOUNT_BIND, "bind")                                                               \
	X(RECIPE_MOUNT_CACHE, "cache")                                                             \
	X(RECIPE_MOUNT_TMPFS, "tmpfs")                                                             \
	X(RECIPE_MOUNT_SECRET, "secret")                                                           \
	X(RECIPE_MOUNT_SSH, "ssh")
ENUM_DECLARE(recipe_mount_type, RECIPE_MOUNT_LIST);

struct recipe_mount_spec {
	enum recipe_mount_type type;
	const char *from;   /* NULL = the context */
	const char *source; /* "" when not given, as the next two */
	const char *target;
	const char *id;
	bool known; /* false: a variable of it is not known */
};

/* The value of a --mount flag, expanded in scope; without scope only from counts. */
int recipe_mount_parse(const struct recipe_impl *r, const struct recipe_scope *scope,
		       const char *value, struct recipe_mount_spec *ret, struct err *err) NODISCARD;
/* Appends the value with another text after from=. */
void recipe_mount_with_from(struct arena *arena, const char *value, const char *from,
			    struct buf *b);

/* recipe_reads.c: what is read */

struct recipe_eval {
	struct recipe_impl *r;
	struct recipe_scopes *scopes;
	struct err_list *errs;
	VEC(struct recipe_image) images;
	VEC(struct recipe_read) reads;
	VEC(struct recipe_remote) remotes;
	VEC(struct recipe_widen) widens;
	VEC(const char *) secrets;
};

/* Walks all reached stages and fills what the recipe says of images, reads, remotes, widens,
 * secrets and of its mounts' lines. */
void recipe_collect(struct recipe_impl *r, struct recipe_scopes *s, struct err_list *errs);
void recipe_widen(struct recipe_eval *e, size_t stage, const char *reason, int line);
/* The sources of ADD and COPY. */
int recipe_read_sources(struct recipe_eval *e, size_t stage, const struct df_ins *ins,
			const struct recipe_texts *texts, struct err *err) NODISCARD;
/* A path below the context: cleaned, relative, "." for all of it. ERR_INPUT when it leads out
 * and the dialect minds. */
int recipe_context_path(const struct recipe_impl *r, const char *path, const char **ret,
			struct err *err) NODISCARD;

/* recipe_add.c: ADD of addresses */

/* What the file is called in a folder; ERR_INPUT when builders would misread it. */
int recipe_download_name(const struct recipe_impl *r, const char *url, const char **ret,
			 struct err *err) NODISCARD;
const struct recipe_remote *recipe_remote_of(const struct recipe *r, const struct df_ins *ins,
					     size_t word);
bool recipe_has_staged(const struct recipe *r, const struct df_ins *ins);
/* The next part of an ADD with staged files; *at: its first source, then that of the next part. */
struct df_ins *recipe_add_part(const struct recipe_impl *r, const struct df_ins *ins,
			       const struct recipe_texts *texts, size_t *at);
/* buildkit: repositories by their commit, in own, a copy of ins. */
void recipe_pin_repositories(const struct recipe_impl *r, const struct df_ins *ins,
			     struct df_ins *own);

/* recipe_facts.c */

/* The index in pub.images of an image that an instruction of a stage names. */
size_t recipe_image_of(const struct recipe_impl *r, size_t stage, const struct recipe_from *from);

/* recipe_text.c: instructions with other texts in them */

/* What the name of a stage or an image is replaced by; NULL = stays. */
typedef const char *(*recipe_rename)(void *ctx, const struct recipe_from *from);

/* A copy of the instruction with the names in its flags replaced; in r's arena. */
struct df_ins *recipe_renamed(const struct recipe_impl *r, const struct df_ins *ins,
			      recipe_rename rename, void *ctx);
/* The flags, a blank between them. */
void recipe_flags_text(const struct df_ins *ins, struct buf *b);
/* Appends a word that stands for value in every dialect; false if no line can hold it. */
bool recipe_quote(const char *value, struct buf *b);

/* Appends words that stand for these texts, in the JSON form where they must be. */
void recipe_words(const struct recipe_texts *texts, struct buf *b);
/* The same for words as they are written. */
void recipe_raw_words(const struct recipe_texts *texts, bool json, struct buf *b);

/* SAID_NOT: no line can say it; then nothing of use was appended. */
enum recipe_said { RECIPE_SAID_ALREADY, RECIPE_SAID_ANEW, RECIPE_SAID_NOT };

/* Containers dialect: appends what follows the flags with the variables gone, quoted so that
 * buildah reads texts out of it. SAID_ALREADY: there was none, the instruction can stay. */
enum recipe_said recipe_expanded_rest(const struct df_ins *ins, const struct recipe_texts *texts,
				      struct buf *b);

#endif
