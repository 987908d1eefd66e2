/* SPDX-License-Identifier: Apache-2.0 */
/* registry.h: a client of OCI registries that never guesses. */
#ifndef LOCKSTEP_REMOTE_REGISTRY_H
#define LOCKSTEP_REMOTE_REGISTRY_H

#include "base/json.h"
#include "io/http.h"
#include "model/platform.h"
#include "model/ref.h"

/*
 * The OCI distribution specification over io/http: what images, blobs and artifacts a registry has,
 * and putting more of them there.
 *
 * Every question has one of three answers. Only a 404 to a request that would take every type of
 * manifest means "absent"; what was found and is what was asked for (digests are checked) means
 * "present"; everything else, from a refused login to a cable that was cut, is "unknown" with the
 * reason, and must never be taken for one of the other two.
 *
 * Questions are asked without waiting: each function below starts one and returns; its answer comes
 * to `fn` from the loop. Many are under way at once over kept-open connections. Who wants to wait
 * starts them with registry_keep and then calls registry_wait().
 *
 *     struct registry_answer answers[N] = { 0 };
 *     for (i = 0; i < N; i++)
 *             registry_head(reg, &refs[i], registry_keep, &answers[i]);
 *     r = registry_wait(reg, err);
 *     ... answers[i].state ...; registry_answer_fini(&answers[i]);
 *
 * Where things are: a reference's domain is the registry; docker.io is registry-1.docker.io. What
 * registries.conf says of mirrors and other locations counts for reading only; a mirror's "absent"
 * is never the last word. Connections are https and verified; http and unverified https are tried
 * for hosts that are loopback, or insecure by options or registries.conf, and only after verified
 * https failed. Certificates for one registry are those of remote/registry_certs.h. Credentials are
 * those of remote/creds.h, sent to the registry and to its token server only, and to an http token
 * server only for insecure hosts.
 */
struct registry;

struct registry_opts {
	/* "NAME=value", NULL-terminated: HOME, XDG_*, REGISTRY_AUTH_FILE, DOCKER_CONFIG,
	 * CONTAINERS_REGISTRIES_CONF, SSL_CERT_FILE, SSL_CERT_DIR. Lives as long as the client. */
	const char *const *env;
	const char *auth_file; /* in place of REGISTRY_AUTH_FILE; NULL = that */
	/* "host[:port]" that may be http or have an unknown certificate: --insecure-registry. */
	const char *const *insecure;
	size_t ninsecure;
	/* The loop and the times; ca_file and ca_dir before SSL_CERT_FILE and SSL_CERT_DIR. */
	struct http_opts http;
};

#define REGISTRY_STATE_LIST(X)                                                                     \
	X(REGISTRY_UNKNOWN, "unknown")                                                             \
	X(REGISTRY_PRESENT, "present")                                                             \
	X(REGISTRY_ABSENT, "absent")
ENUM_DECLARE(registry_state, REGISTRY_STATE_LIST);

/* How a host is spoken to. */
#define REGISTRY_SECURITY_LIST(X)                                                                  \
	X(REGISTRY_TLS, "https")                                                                   \
	X(REGISTRY_TLS_UNVERIFIED, "https, certificate not verified")                              \
	X(REGISTRY_HTTP, "http")
ENUM_DECLARE(registry_security, REGISTRY_SECURITY_LIST);

/* An item of a list of referrers, or what is written into one. */
struct registry_descriptor {
	char *media_type;
	char *artifact_type; /* NULL when not said */
	char *digest;
	uint64_t size;
	json_t *annotations; /* object or NULL */
};

/* Which fields are set is said with each question; the others are zero. */
struct registry_answer {
	enum registry_state state;
	struct err err; /* set if and only if state is REGISTRY_UNKNOWN */
	char *digest;   /* of the manifest (or index, or blob) that was named */
	char *media_type;
	uint64_t size; /* in bytes; 0 = not said */
	struct buf body;
	char *platform_digest; /* of the manifest for the platform */
	char *image_id;        /* digest of its config */
	char **tags;           /* sorted by bytes */
	size_t ntags;
	struct registry_descriptor *referrers;
	size_t nreferrers;
	json_t *annotations; /* object or NULL */
	enum registry_security security;
	bool mounted;      /* the blob was in the registry already */
	bool subject_kept; /* the registry took note of a manifest\'s subject */
	bool credentials;  /* some were found for this host */
	bool needs_login;  /* the registry asks for some kind of authentication */
};

/* answer lives until the function returns; registry_answer_steal() takes it over. */
typedef void (*registry_fn)(void *ctx, struct registry_answer *answer);

/* ERR_INPUT when registries.conf or a credentials file is no such file; ERR_TOOL without libcurl. */
int registry_new(const struct registry_opts *opts, struct registry **ret, struct err *err)
	NODISCARD;
/* What is under way ends without an answer. NULL is fine. */
void registry_free(struct registry *reg);

/* Runs the loop until all that was started is answered. As http_ask(): not from a callback of a
 * shared loop. */
int registry_wait(struct registry *reg, struct err *err) NODISCARD;
/* A registry_fn; ctx is a struct registry_answer that the answer is moved to. */
void registry_keep(void *ctx, struct registry_answer *answer);
void registry_answer_steal(struct registry_answer *to, struct registry_answer *from);
void registry_answer_fini(struct registry_answer *answer);

/* --- reading. A ref is copied. Without tag and digest, "latest" is meant; with both, the digest. */

/* Is it there? digest, media_type, size. One HEAD (and a GET where a registry gives no digest). */
void registry_head(struct registry *reg, const struct ref *ref, registry_fn fn, void *ctx);
/* The same of the named registry itself: a mirror may not have heard yet where a tag has moved. */
void registry_head_origin(struct registry *reg, const struct ref *ref, registry_fn fn, void *ctx);
/* The manifest or index itself, verified: digest, media_type, size, body. */
void registry_get(struct registry *reg, const struct ref *ref, registry_fn fn, void *ctx);
/* The same, followed to the manifest for a platform: digest of what the ref names, platform_digest,
 * image_id, and body, size and media_type of the platform's manifest. An index without that
 * platform, or an artifact that is no image: REGISTRY_UNKNOWN, ERR_REMOTE. */
void registry_image(struct registry *reg, const struct ref *ref, const struct platform *platform,
		    registry_fn fn, void *ctx);
/* A blob of the repository, verified: digest, size, body. max: 0 = MAX_CONFIG_BLOB. */
void registry_blob(struct registry *reg, const struct ref *repository, const char *digest,
		   size_t max, registry_fn fn, void *ctx);
/* Is a blob there? digest, size. */
void registry_blob_head(struct registry *reg, const struct ref *repository, const char *digest,
			registry_fn fn, void *ctx);
/* tags, all pages. */
void registry_tags(struct registry *reg, const struct ref *repository, registry_fn fn, void *ctx);
/* What refers to the manifest of ref (which has a digest): referrers, sorted by digest. By the
 * referrers API, or by the tag "sha256-<hex>" where the registry has none; REGISTRY_ABSENT: nobody
 * refers to it. artifact_type: only these; NULL = all. */
void registry_referrers(struct registry *reg, const struct ref *ref, const char *artifact_type,
			registry_fn fn, void *ctx);
/* The payload of the artifact that ref names, which has to be of that type: digest (of its manifest),
 * annotations, body. max: 0 = MAX_CONFIG_BLOB. */
void registry_artifact_get(struct registry *reg, const struct ref *ref, const char *artifact_type,
			   size_t max, registry_fn fn, void *ctx);
/* Does the registry of a repository answer, and how? security, credentials, needs_login. PRESENT: it
 * answers, and lets us in if credentials were found. */
void registry_ping(struct registry *reg, const struct ref *repository, registry_fn fn, void *ctx);

/* --- writing. Goes to the named registry itself. REGISTRY_PRESENT: it is there now. */

struct registry_blob_source {
	const char *digest;
	uint64_t size;
	struct http_source source; /* kept as it is until the answer; HTTP_SOURCE_CALL is sent in
				      one PATCH, the others in one PUT */
	const char *mount_from;    /* path of a repository in the same registry that may have it */
};
/* Asks for it, mounts it, or sends it: digest, mounted. */
void registry_push_blob(struct registry *reg, const struct ref *repository,
			const struct registry_blob_source *blob, registry_fn fn, void *ctx);
/* Puts a manifest or index under the tag or digest of ref (with both, the tag): digest. The bytes
 * are copied; what it names has to be there already. */
void registry_put(struct registry *reg, const struct ref *ref, const char *media_type,
		  struct str bytes, registry_fn fn, void *ctx);
/* Gives what ref names further tags, without pulling it: one GET, and a PUT a tag, in order; the
 * first that fails is the last. digest. REGISTRY_ABSENT: there is no ref. */
void registry_tag(struct registry *reg, const struct ref *ref, const char *const *tags,
		  size_t ntags, registry_fn fn, void *ctx);

struct registry_artifact {
	const char *artifact_type; /* "application/vnd.example.thing.v1+json" */
	const char *media_type;    /* of the payload */
	struct str payload;
	const json_t *annotations; /* of the artifact's manifest, or NULL */
};
/* Attaches an artifact to the manifest of ref (which has a digest and exists): payload and empty
 * config as blobs, manifest with `subject`, and, where the registry knows nothing of subjects, an
 * entry in the index under the tag "sha256-<hex>". digest: of the artifact's manifest. */
void registry_attach(struct registry *reg, const struct ref *ref,
		     const struct registry_artifact *artifact, registry_fn fn, void *ctx);
/* Puts an artifact that refers to nothing under the tag of ref, or, without one, under its digest only:
 * digest. */
void registry_artifact_put(struct registry *reg, const struct ref *ref,
			   const struct registry_artifact *artifact, registry_fn fn, void *ctx);

/* What all of it cost so far. */
struct http_stats registry_stats(const struct registry *reg);

#endif
