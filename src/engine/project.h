/* SPDX-License-Identifier: Apache-2.0 */
/* project.h: a graph file with the Dockerfiles and the files that belong to it. */
#ifndef LOCKSTEP_ENGINE_PROJECT_H
#define LOCKSTEP_ENGINE_PROJECT_H

#include "base/map.h"
#include "engine/source.h"
#include "io/tree.h"
#include "model/graph.h"
#include "model/ignore.h"
#include "model/lockfile.h"
#include "model/reason.h"
#include "model/recipe.h"

struct single;

/*
 * Everything that can be known without a builder and without the store: the graph, its variables,
 * each image's Dockerfile, and the edges. All mistakes of all files are reported at once.
 */
struct pod;

struct project_opts {
	const char *dir;        /* where to look from; NULL = current folder */
	const char *graph_file; /* NULL = walk up for lockstep.yaml, lockstep.yml, lockstep.json */
	const char *root;       /* folder that contexts are relative to; NULL = the graph file's */
	const char *text;   /* of graph_file below root, which is not written yet; NULL = read it */
	const char *commit; /* files of a commit in place of the working tree; NULL = tree */
	bool graph_in_commit;        /* with commit: the graph file is read from it as well */
	const struct single *single; /* in place of a graph file; NULL = none */
	bool graph_only;       /* no Dockerfiles, so no edges: just the names in the graph file */
	bool tolerate_missing; /* an image whose Dockerfile is not there yet is left out (replay) */
	graph_lookup lookup;   /* variables; may be NULL */
	void *ctx;
	struct source_cache *cache;  /* of git sources */
	const struct lockfile *lock; /* in place of the file beside the graph; NULL = that */
	const struct lockfile *pins; /* entries that go before those of the lock file, or NULL */
	bool moving; /* what is locked is about to move: a commit that is gone does not count */
	enum builder_kind builder; /* in place of the graph's; BUILDER_AUTO = the graph's */
};

/* Where files of images are: the graph's own tree, or a commit of another repository. */
struct project_files {
	struct tree *tree;
	struct map *hashes; /* tree path → struct sha256 *, of this process */
	char *shown; /* what stands before tree paths in messages: "", "../x/", "URL@1234567:" */
	/* Of a git source, else NULL: */
	const char *url, *ref, *commit;
	const char *repo; /* that holds the commit */
};

/* One image's Dockerfile and ignore file. */
struct project_source {
	struct project_files *files;
	bool absent;         /* with tolerate_missing: not in this tree */
	const char *df_path; /* relative to the root */
	struct str df_text;
	struct dockerfile *df;
	struct recipe *edges;    /* evaluated with nothing known about base images, but for their
				    triggers (engine/trigger) */
	const char *ignore_path; /* relative to the root, NULL = none */
	struct ignore *ignore;   /* NULL = none */
};

struct project {
	struct arena *arena;
	struct graph *graph;
	struct project_source *sources; /* one an image, by index */
	struct project_files own;       /* at the root */
	struct pod *pods;               /* one a pod of the graph; NULL when only parts are read */
	bool bases_seen;                /* trigger_link() was called */
	bool bases_known;               /* and knew all images from outside that are stood on */
	struct map *remote;             /* url LF ref → struct project_files * of a git source */
	struct lockfile *lock;          /* NULL = none */
	char *lock_path;                /* as shown to the user; of a single Dockerfile NULL */
	enum builder_kind builder;      /* never BUILDER_AUTO */
	enum dialect dialect;           /* of that builder */
	char *root;                     /* absolute */
	char *graph_path;               /* as shown to the user */
	char *toplevel;                 /* git work tree, or NULL */
	char *head;                     /* full commit of HEAD or of opts.commit, or NULL */
	char *scope;                    /* whose history this is: the registry, else the root */
};

/* ERR_INPUT with everything in errs, or another class in err alone. */
int project_load(const struct project_opts *opts, struct project **ret, struct err_list *errs,
		 struct err *err) NODISCARD;
void project_free(struct project *p);
/* Where an image's files are. */
struct project_files *project_files(struct project *p, const struct graph_image *image);
/* The commit, with a '+' behind it when the tree has more than that; NULL outside git. Caller frees. */
char *project_commit(const struct project *p) NODISCARD;
/* Where the root is in the work tree that it is in, "" at its top; borrowed. Not outside git. */
const char *project_below(const struct project *p);
/* A path of an image's tree as the user would write it; arena. */
const char *project_shown(struct project *p, const struct graph_image *image, const char *path);
/* The other way round: a path as seen from the current folder, from the root on; cleaned only, if it
 * does not lie below the root. Caller frees. */
char *project_root_path(const struct project *p, const char *path) NODISCARD;
/* The context-relative path of an image from the root of its tree on; arena. */
const char *project_tree_path(struct project *p, const struct graph_image *image, struct str path);
/* Completes what inputs_diff says, which knows no names: files are named from the root on, as
 * everywhere in what the user sees, and instructions get their Dockerfile. arena holds the texts. */
void project_name_reason(struct project *p, const struct graph_image *image, struct arena *arena,
			 struct reason *reason);
/* What git is asked for a source's address: one that is a relative path counts from the root on. */
const char *project_address(struct project *p, const char *git);
/* recipe_eval for an image with what is known about its base images; errs as there. */
struct recipe *project_eval(struct project *p, const struct graph_image *image, struct arena *arena,
			    recipe_config config, void *ctx, struct err_list *errs) NODISCARD;
/* Makes the edges of the graph from what all `edges` use. */
int project_link(struct project *p, struct err_list *errs) NODISCARD;

#endif
