/* SPDX-License-Identifier: Apache-2.0 */
/* shared.h: the registry as the memory that all machines share: images by key, and their records. */
#ifndef LOCKSTEP_ENGINE_SHARED_H
#define LOCKSTEP_ENGINE_SHARED_H

#include "model/generation.h"
#include "model/graph.h"
#include "model/oci.h"
#include "model/record.h"
#include "remote/registry.h"

/*
 * docs/registry.md: an image is pushed under NAME:key-<hex>, with its record attached before that
 * tag exists, so that whoever finds the tag finds the record. The tag of a key is never moved: who
 * comes second takes what is there. Release tags are the business of engine/release.
 *
 * Questions are asked as those of remote/registry.h: started, answered from the loop, or waited for
 * with shared_wait() where no loop runs.
 */
struct shared;

struct shared_opts {
	const struct graph *graph; /* with a registry */
	const char *const *env;    /* of the command */
	const char *const *insecure;
	size_t ninsecure;
	struct loop *loop;
};

/* ERR_INPUT when the graph names no registry. */
int shared_new(const struct shared_opts *opts, struct shared **ret, struct err *err) NODISCARD;
void shared_free(struct shared *s);
/* Runs the loop until everything that was asked is answered; not from one of its callbacks. */
int shared_wait(struct shared *s, struct err *err) NODISCARD;
struct http_stats shared_stats(const struct shared *s);

#define SHARED_TAG_SIZE 69
void shared_key_tag(struct sha256 key, char ret[SHARED_TAG_SIZE]);
/* The tag under which an image is pushed first, from which it gets all others: "id-<hex>", a
 * function of its content alone. */
void shared_id_tag(const char *image_id, char ret[SHARED_TAG_SIZE]);
/* REGISTRY/NAME, with ":tag" or "@digest" where given (not both); arena. */
const char *shared_ref(const struct shared *s, struct arena *a, const struct graph_image *image,
		       const char *tag, const char *digest);

/* What a tag stands for. */
struct shared_image {
	enum registry_state state;
	struct err err; /* why it is unknown; the receiver may take it */
	char digest[DIGEST_SIZE];
	char image_id[DIGEST_SIZE];
	struct buf manifest; /* its bytes, for shared_put() */
	const char *media_type;
	struct buf config; /* the config blob, where it was asked for */
	struct buf passed; /* digests of checks that it passed, a line each, where asked for */
	int64_t took_ms;   /* what its build took, where that is asked for; 0 = not said */
	bool released;     /* known from the last release, whose tag names this image now */
};
typedef void (*shared_fn)(void *ctx, struct shared_image *image);

/*
 * With a key, whose tag is the one that is asked for, it is enough that the last release gave the key
 * to an image which the release tag names now: one HEAD tells that, and nothing more is read. A key
 * never stands for two images, so this is what its tag says. `passed` then is what was known at the
 * release; shared_passed() may know more.
 */
struct shared_question {
	const struct graph_image *image;
	const char *tag;    /* or */
	const char *digest; /* of the manifest */
	const struct sha256 *key;
	bool config, passed;
	bool moves; /* the tag does, so no mirror is asked where it points: one HEAD more */
};
void shared_find(struct shared *s, const struct shared_question *q, shared_fn fn, void *ctx);

/*
 * Gives an image that was pushed its key: attaches the record, then sets the tag unless it exists,
 * which is asked before all this and once more right before, then reads it again. The answer is what
 * the key stands for from now on, which is another image when somebody else was first.
 */
struct shared_offer {
	const struct graph_image *image;
	struct sha256 key;
	const char *digest; /* under which it was pushed */
	const char *record; /* text of model/record.h */
	const char *passed; /* digests of the checks that it passed, a blank between them */
	int64_t built_ms;   /* for finding the newest record */
	int64_t took_ms;    /* 0 = it was not built now */
};
void shared_publish(struct shared *s, const struct shared_offer *offer, shared_fn fn, void *ctx);

/* Reads what the last release came to, once; waits. Nothing of it is needed: no release, and no answer,
 * are no failure. */
int shared_read_generation(struct shared *s, struct err *err) NODISCARD;
/* Its image of that key, or NULL; borrowed. */
const struct generation_image *shared_last_release(const struct shared *s,
						   const struct graph_image *image,
						   struct sha256 key);
/* The tag that it moved; NULL = there is none. */
const char *shared_last_tag(const struct shared *s);
/* Puts a newer one in its place, unless it says the same; waits. */
int shared_write_generation(struct shared *s, const struct generation *g, struct err *err)
	NODISCARD;

/* Where a tag points, asked of the registry itself and of no mirror: digest. One HEAD. */
void shared_head(struct shared *s, const struct graph_image *image, const char *tag, shared_fn fn,
		 void *ctx);
/* Sets a tag to a manifest whose bytes are known: digest. One PUT. */
struct shared_manifest {
	const char *media_type;
	struct str bytes;
};
void shared_put(struct shared *s, const struct graph_image *image, const char *tag,
		const struct shared_manifest *manifest, shared_fn fn, void *ctx);

/* What an image has passed, by the digest of its manifest: `passed` and `took_ms` of all that is
 * attached to it. ABSENT: nothing is. */
void shared_passed(struct shared *s, const struct graph_image *image, const char *digest,
		   shared_fn fn, void *ctx);
/* Attaches what it passed after its record was made: a check that is newer than the image, a pod.
 * Said twice it is there once. */
struct shared_note {
	const char *passed; /* digests, a blank between them */
	const char *text;   /* JSON, for people: who passed what, with whom */
};
void shared_note_passed(struct shared *s, const struct graph_image *image, const char *digest,
			const struct shared_note *note, shared_fn fn, void *ctx);

/* The record of an image by its manifest: the one for a key, or the newest when key is NULL. record
 * is NULL unless state is PRESENT, and the receiver's. */
typedef void (*shared_record_fn)(void *ctx, enum registry_state state, struct record *take_record,
				 struct err *err);
void shared_record(struct shared *s, const struct graph_image *image, const char *digest,
		   const struct sha256 *key, shared_record_fn fn, void *ctx);

#endif
