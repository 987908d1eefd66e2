/* SPDX-License-Identifier: Apache-2.0 */
/* inputs.h: the input set of one image, its canonical form, its key, and how two of them differ. */
#ifndef LOCKSTEP_MODEL_INPUTS_H
#define LOCKSTEP_MODEL_INPUTS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/enum.h"
#include "base/sha256.h"
#include "base/vec.h"
#include "model/platform.h"
#include "model/reason.h"

/*
 * The canonical form is the contract of docs/key.md: lines of TAB-separated encoded fields, the
 * first field a record type, sections in the order of this list, byte-wise sorted inside a section
 * except stage/onbuild/ins/heredoc/base-config, which keep the Dockerfile's order and are one
 * section (INPUT_STAGE carries them all as it interleaves them). key = SHA-256 of it.
 */
#define INPUT_KIND_LIST(X)                                                                         \
	X(INPUT_VERSION, "lockstep-key")                                                           \
	X(INPUT_DIALECT, "dialect")                                                                \
	X(INPUT_SEMANTICS, "semantics")                                                            \
	X(INPUT_OUTPUT, "output")                                                                  \
	X(INPUT_PLATFORM, "platform")                                                              \
	X(INPUT_OPTION, "option")                                                                  \
	X(INPUT_ARG, "arg")                                                                        \
	X(INPUT_FRONTEND, "frontend")                                                              \
	X(INPUT_STAGE, "stage")                                                                    \
	X(INPUT_ONBUILD, "onbuild")                                                                \
	X(INPUT_INS, "ins")                                                                        \
	X(INPUT_HEREDOC, "heredoc")                                                                \
	X(INPUT_BASE_CONFIG, "base-config")                                                        \
	X(INPUT_IMAGE, "image")                                                                    \
	X(INPUT_SOURCE, "source")                                                                  \
	X(INPUT_SECRET, "secret")                                                                  \
	X(INPUT_WIDEN, "widen")                                                                    \
	X(INPUT_FILE, "file")                                                                      \
	X(INPUT_LINK, "link")                                                                      \
	X(INPUT_DIR, "dir")                                                                        \
	X(INPUT_EPOCH, "epoch")
ENUM_DECLARE(input_kind, INPUT_KIND_LIST);

/* A context entry that the build can read. */
struct input_file {
	enum input_kind kind; /* INPUT_FILE, INPUT_LINK or INPUT_DIR */
	bool executable;      /* files: owner's x bit */
	struct str path;      /* context-relative, any bytes; arena */
	struct str target;    /* links */
	struct sha256 hash;   /* files: of the bytes */
	long long size;       /* files; provenance, not in the key */
	int line;             /* of the instruction that reads it; provenance */
};

/* Who an image identity in the key belongs to; provenance for `why` and `inputs`. */
#define INPUT_USE_PLATFORM " --platform="
struct input_image {
	const char *ref;  /* as the Dockerfile's author wrote it, expanded */
	const char *name; /* image of the graph, or NULL for an external */
	const char
		*use; /* "FROM", "COPY --from", …; "FROM --platform=P" where P is another one than
			     the image's own */
	const char *id; /* "sha256:…", "" while unknown */
	int line;
};

/* What it was taken for, where own is the platform of the image that uses it. ERR_INPUT when its use
 * names none that there is. */
int input_image_platform(const struct input_image *im, const struct platform *own,
			 struct platform *ret, struct err *err) NODISCARD;

/* The commit that the context was read from; provenance, all NULL for the graph's own files. */
struct input_source {
	const char *url, *ref, *commit;
};

/* What an ADD takes from an address; provenance, as the key holds the value alone. */
struct input_remote {
	const char *url;
	const char *value; /* checksum or commit */
	int line;
};

struct inputs {
	struct arena *arena;
	VEC(char *) facts; /* finished lines without LF, of every kind but file/link/dir/epoch;
				in canonical order after inputs_finish */
	VEC(char *) tail;  /* epoch lines */
	VEC(struct input_file) files;
	VEC(struct input_image) images;
	VEC(struct input_remote) remotes;
	VEC(const char *) skipped;   /* provenance: sockets, which are in no image */
	struct sha256 key;           /* after inputs_finish */
	const char *dockerfile_path; /* provenance: relative to the graph's root */
	struct str dockerfile_text;  /* provenance: raw bytes, for "changed in comments only" */
	struct input_source source;
};

struct inputs *inputs_new(void) NODISCARD;
void inputs_free(struct inputs *in);

/* Adds one record with n fields, encoding each (model/enc.h). Not for files. */
void inputs_add(struct inputs *in, enum input_kind kind, size_t n, const struct str *fields);
/* Adds finished, already encoded lines (each ended by LF), as recipe_facts() makes them. */
void inputs_add_lines(struct inputs *in, struct str lines);
/* Paths and targets are copied. The same path twice with the same kind is kept once. */
void inputs_add_file(struct inputs *in, const struct input_file *file);
void inputs_add_image(struct inputs *in, const struct input_image *image);
void inputs_add_remote(struct inputs *in, const struct input_remote *remote);
/* Texts are copied. */
void inputs_set_source(struct inputs *in, const struct input_source *source);
/* Sorts and computes the key. Nothing may be added afterwards. */
void inputs_finish(struct inputs *in);
/* The canonical form; SHA-256 of it is the key. */
void inputs_canonical(const struct inputs *in, struct buf *b);
/* Reads a canonical form back (records of other machines); ERR_INPUT when it is none. Provenance
 * stays empty. */
int inputs_parse(struct str canonical, struct inputs **ret, struct err *err) NODISCARD;

/* The values of arguments that count, as they were given or declared; without those that have none.
 * Texts live in arena. */
struct input_arg {
	const char *name, *value;
};
size_t inputs_args(struct arena *arena, const struct inputs *in, const struct input_arg **ret);
/* A command is run by the build (RUN), so that the machine must be able to. */
bool inputs_run_commands(const struct inputs *in);

/*
 * What moved from before to after, in the order people look for causes: key format, builder,
 * platform, parents, externals, the source's commit (if instructions or files came with it),
 * instructions (with the new line where known), arguments, options, files (sorted by path), the
 * rest. Texts live in arena. Equal sets give none.
 */
struct reasons inputs_diff(struct arena *arena, const struct inputs *before,
			   const struct inputs *after);

/* Counts for "unchanged: Dockerfile, 14 files, 3 arguments, platform linux/amd64". */
struct inputs_same {
	bool dockerfile; /* all stage/ins/heredoc/onbuild lines equal */
	size_t files;    /* files, links and directories equal in both */
	size_t arguments;
	size_t images; /* parents and externals */
	bool platform;
	const char *platform_text; /* borrowed from after's arena */
};
void inputs_same(const struct inputs *before, const struct inputs *after, struct inputs_same *ret);

/* Lines of two Dockerfiles that differ: true if there are any and all of them are comments or blank
 * lines in both, which parse to the same; ret_first to ret_last is the range in `after` that holds
 * them (the line behind, where some only went). */
bool inputs_comments_only(struct str before, struct str after, int *ret_first, int *ret_last);

#endif
