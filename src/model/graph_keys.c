/* SPDX-License-Identifier: Apache-2.0 */
/* graph_keys.c: the tables of graph_keys.h. */
#include "model/graph_keys.h"

#include "base/str.h"
#include "model/graph.h"
#include "model/target.h"

#define TYPE(id, ...) static const struct graph_type type_##id = { __VA_ARGS__, false }
#define HIDDEN_TYPE(id, ...) static const struct graph_type type_##id = { __VA_ARGS__, true }

TYPE(text, NULL, GRAPH_SHAPE_TEXT, "text", NULL, NULL);
TYPE(number, NULL, GRAPH_SHAPE_NUMBER, "a number", NULL, NULL);
TYPE(boolean, NULL, GRAPH_SHAPE_BOOL, "true or false", NULL, NULL);
TYPE(choice, NULL, GRAPH_SHAPE_CHOICE, "text", NULL, NULL);
TYPE(object, NULL, GRAPH_SHAPE_OBJECT, "a mapping", NULL, NULL);
TYPE(objects, NULL, GRAPH_SHAPE_OBJECTS, "a list", NULL, NULL);
TYPE(named, NULL, GRAPH_SHAPE_NAMED, "a mapping", NULL, NULL);
TYPE(values, NULL, GRAPH_SHAPE_VALUES, "a mapping", NULL, NULL);
TYPE(value, "value", GRAPH_SHAPE_SCALAR, "text", NULL, NULL);
TYPE(texts, "texts", GRAPH_SHAPE_TEXTS, "text", NULL, NULL);
TYPE(one_or_more, "one-or-more", GRAPH_SHAPE_ONE_OR_MORE, "text", NULL, NULL);
TYPE(pairs, "pairs", GRAPH_SHAPE_PAIRS, "a mapping or a list of NAME=VALUE", NULL, NULL);

TYPE(duration, "duration", GRAPH_SHAPE_NUMERAL, "a duration", "^[1-9][0-9]{0,5}[smh]?$",
     "a number of seconds, or a number with s, m or h: 90s, 20m, 2h");
TYPE(days, "days", GRAPH_SHAPE_TEXT, "a period of days", "^[1-9][0-9]{0,2}[dw]$",
     "days or weeks: 7d, 2w");
TYPE(size, "size", GRAPH_SHAPE_NUMERAL, "a size", "^([0-9]{1,12}|[0-9]{1,6}[kMG])$",
     "a number of bytes, or a number with k, M or G: 512k, 20M");
TYPE(mode, "mode", GRAPH_SHAPE_OCTAL, "a file mode", "^0?[0-7]{3,4}$",
     "octal digits, as chmod takes them: \"0755\"");
TYPE(owner, "owner", GRAPH_SHAPE_SCALAR, "an owner", "^[A-Za-z0-9_.-]+(:[A-Za-z0-9_.-]+)?$",
     "USER or USER:GROUP, names or numbers: \"1000:1000\"");
TYPE(path, "path", GRAPH_SHAPE_TEXT, "a relative path", "^[^/]",
     "paths start at the folder of the graph file, without a leading '/'");
TYPE(one_or_more_paths, "paths", GRAPH_SHAPE_ONE_OR_MORE, "a relative path", "^[^/]",
     "paths start at the folder of the graph file, without a leading '/'");
TYPE(hex, "hex", GRAPH_SHAPE_ONE_OR_MORE, "a hexadecimal text", "^([0-9A-Fa-f]{2})+$",
     "two digits a byte, best in quotes: \"7f454c46\"");
TYPE(image_path, "image-path", GRAPH_SHAPE_TEXT, "an absolute path", "^/",
     "paths inside an image start with '/'");
TYPE(command_or_path, "command-or-path", GRAPH_SHAPE_TEXT, "a command or path",
     "^(/.*|[A-Za-z0-9._+-]+)$", "the name of a command, or a path that starts with '/'");
HIDDEN_TYPE(env, "env", GRAPH_SHAPE_TEXT, "the name of an environment variable",
	    "^[A-Za-z_][A-Za-z0-9_]*$", "the name of the variable that holds it, never the value");
HIDDEN_TYPE(secret_file, "secret-file", GRAPH_SHAPE_TEXT, "a path", "^[^ ]+$",
	    "the path of the file that holds it, never the value");
TYPE(group, "group", GRAPH_SHAPE_TEXT, "the name of a group", "^[A-Za-z0-9]+([._-][A-Za-z0-9]+)*$",
     "letters and digits with single '.', '_' or '-' in between: agent-images");
TYPE(url, "url", GRAPH_SHAPE_TEXT, "an address", "^https?://[^/ @]+(/[^ ]*)?$",
     "http:// or https://, without a user name or a password");
TYPE(git, "git", GRAPH_SHAPE_TEXT, "the address of a git repository",
     "^((https?|ssh|git|file)://[^ ]+|[A-Za-z0-9._-]+@[A-Za-z0-9.-]+:[^ ]+|[.]{0,2}/[^ ]*)$",
     "https://, ssh://, git://, file://, USER@HOST:PATH, or a path: /srv/fork, ../fork");
TYPE(git_ref, "git-ref", GRAPH_SHAPE_SCALAR, "a git reference", "^[^- ~^:?*[][^ ~^:?*[]*$",
     "a branch, a tag or a commit: main, v1.2, ${VARIABLE}");
TYPE(owner_name, "owner-name", GRAPH_SHAPE_TEXT, "a repository",
     "^[A-Za-z0-9._-]+/[A-Za-z0-9._-]+$", "OWNER/NAME");
TYPE(event, "event", GRAPH_SHAPE_TEXT, "the name of an event", "^[^ ]{1,100}$",
     "at most 100 characters, no blanks");
TYPE(platform, "platform", GRAPH_SHAPE_TEXT, "a platform", "^[A-Za-z0-9_]+(/[A-Za-z0-9_.]+){0,2}$",
     "OS/ARCH or OS/ARCH/VARIANT: linux/amd64, linux/arm64");
TYPE(field, "field", GRAPH_SHAPE_TEXT, "the name of a field", "^[A-Za-z_][A-Za-z0-9_-]*$",
     "a field of the event's client_payload: vk_fork_sha");
TYPE(ports, "ports", GRAPH_SHAPE_ONE_OR_MORE, "a port", "^[1-9][0-9]{0,4}(/(tcp|udp|sctp))?$",
     "a number, or a number with /tcp, /udp or /sctp");
TYPE(patterns, "patterns", GRAPH_SHAPE_ONE_OR_MORE, "a pattern", NULL, NULL);
TYPE(network, "network", GRAPH_SHAPE_TEXT, "a network", "^[^ -][^ ]*$",
     "none, host, or what the builder knows");
TYPE(hosts, "hosts", GRAPH_SHAPE_ONE_OR_MORE, "a host and its address", "^[^: -][^: ]*:[^ ]+$",
     "HOST:ADDRESS");
TYPE(limits, "limits", GRAPH_SHAPE_ONE_OR_MORE, "a limit", "^[a-z]+=[^ ]+$",
     "NAME=SOFT or NAME=SOFT:HARD");
TYPE(capability, "capability", GRAPH_SHAPE_ONE_OR_MORE, "a capability", "^[A-Za-z_]+$",
     "all, or one of capabilities(7): NET_BIND_SERVICE");
TYPE(mounts, "mounts", GRAPH_SHAPE_ONE_OR_MORE, "a mount", "^[^/:,][^:,]*:/[^:,]*$",
     "tmpfs:PATH, volume:PATH, or FOLDER:PATH for a folder of the repository, read-only");
TYPE(tags, "tags", GRAPH_SHAPE_TEXTS, "a tag", "^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$",
     "letters, digits, '_', '.' and '-': latest, v1.2");
HIDDEN_TYPE(secrets, "secrets", GRAPH_SHAPE_TEXTS, "a secret", "^[a-z]+=[^,=]+(,[a-z]+=[^,=]+)*$",
	    "id=NAME,env=VARIABLE or id=NAME,src=FILE");

#define KEY(n, t, ex) .name = (n), .type = &type_##t, .example = (ex)
#define CHOICES(set) .choices = set##_names, .nchoices = &set##_count
#define OBJECTS(...)                                                                               \
	.objects = (const struct graph_object *const[])                                            \
	{                                                                                          \
		__VA_ARGS__, NULL                                                                  \
	}
#define OBJECT(id, n)                                                                              \
	static const struct graph_object object_##id = { n, keys_##id, ARRAY_SIZE(keys_##id) }

static const struct graph_key keys_variable[] = {
	{ KEY("default", value, "default: main") },
	{ KEY("event", field, "event: vk_fork_sha") },
};
OBJECT(variable, "variable");

static const struct graph_key keys_source[] = {
	{ KEY("git", git, "git: https://github.com/owner/name"), .required = true },
	{ KEY("ref", git_ref, "ref: main") },
	{ KEY("path", path, "path: server") },
};
OBJECT(source, "source");

static const struct graph_key keys_check_file[] = {
	{ KEY("file", command_or_path, "file: /server"), .required = true },
	{ KEY("contains", one_or_more, "contains: \"some text\"") },
	{ KEY("not-contains", one_or_more, "not-contains: \"some text\"") },
	{ KEY("contains-hex", hex, "contains-hex: \"7f454c46\"") },
	{ KEY("not-contains-hex", hex, "not-contains-hex: \"00ff\"") },
	{ KEY("mode", mode, "mode: \"0755\"") },
	{ KEY("owner", owner, "owner: \"1000:1000\"") },
	{ KEY("target", text, "target: ../lib/app") },
	{ KEY("min-size", size, "min-size: 1M") },
	{ KEY("max-size", size, "max-size: 20M") },
};
OBJECT(check_file, "check-file");

static const struct graph_key keys_check_absent[] = {
	{ KEY("absent", command_or_path, "absent: vibe-kanban"), .required = true },
};
OBJECT(check_absent, "check-absent");

static const struct graph_key keys_config[] = {
	{ KEY("user", value, "user: claude") },
	{ KEY("workdir", image_path, "workdir: /home/claude") },
	{ KEY("entrypoint", one_or_more, "entrypoint: [ tini, -- ]") },
	{ KEY("cmd", one_or_more, "cmd: [ node, server.js ]") },
	{ KEY("ports", ports, "ports: [ 8081 ]") },
	{ KEY("env", pairs, "env: { NODE_ENV: production }") },
	{ KEY("labels", pairs, "labels: { org.opencontainers.image.licenses: Apache-2.0 }") },
};
OBJECT(config, "config");

static const struct graph_key keys_check_config[] = {
	{ KEY("config", object, "config: { user: claude }"), .required = true,
	  OBJECTS(&object_config) },
};
OBJECT(check_config, "check-config");

static const char *const network_names[] = { "none", "outside" };
static const size_t network_count = ARRAY_SIZE(network_names);

/* How the container of a check is started. */
#define CONTAINER_KEYS                                                                             \
	{ KEY("user", owner, "user: \"1000:1000\"") },                                             \
		{ KEY("cap-drop", capability, "cap-drop: all") },                                  \
		{ KEY("cap-add", capability, "cap-add: NET_BIND_SERVICE") },                       \
		{ KEY("no-new-privileges", boolean, "no-new-privileges: true") },                  \
		{ KEY("read-only", boolean, "read-only: true") },                                  \
		{ KEY("mounts", mounts, "mounts: [ \"tmpfs:/tmp\", \"volume:/data\" ]") },         \
		{ KEY("env", pairs, "env: { PORT: 8081 }") },                                      \
		{ KEY("workdir", image_path, "workdir: /srv") },                                   \
		{ KEY("memory", size, "memory: 512M") },                                           \
		{ KEY("pids", number, "pids: 100"), .min = 1, .max = 1 << 22 },                    \
	{                                                                                          \
		KEY("network", choice, "network: none"), CHOICES(network)                          \
	}

/* What is started, where it is not asked but serves. */
#define SERVER_KEYS { KEY("command", one_or_more, "command: [ serve, --port, \"8081\" ]") }

static const struct graph_key keys_http[] = {
	{ KEY("port", number, "port: 8081"), .required = true, .min = 1, .max = 65535 },
	{ KEY("path", image_path, "path: /api/health") },
	{ KEY("status", number, "status: 200"), .min = 100, .max = 599 },
	{ KEY("contains", one_or_more, "contains: \"some text\"") },
	{ KEY("not-contains", one_or_more, "not-contains: \"some text\"") },
	{ KEY("wait", duration, "wait: 30s") },
};
OBJECT(http, "http");

static const struct graph_key keys_check_http[] = {
	{ KEY("http", object, "http: { port: 8081, path: /api/health }"), .required = true,
	  OBJECTS(&object_http) },
	SERVER_KEYS,
	CONTAINER_KEYS,
};
OBJECT(check_http, "check-http");

static const struct graph_key keys_check_run[] = {
	{ KEY("run", one_or_more, "run: [node, --version]"), .required = true },
	{ KEY("status", number, "status: 0"), .min = 0, .max = 255 },
	{ KEY("contains", one_or_more, "contains: v22") },
	{ KEY("not-contains", one_or_more, "not-contains: error") },
	{ KEY("timeout", duration, "timeout: 60s") },
	{ KEY("entrypoint", boolean, "entrypoint: true") },
	CONTAINER_KEYS,
};
OBJECT(check_run, "check-run");

static const struct graph_key keys_guard_input[] = {
	{ KEY("input", path, "input: web/index.html"), .required = true },
	{ KEY("matches", patterns, "matches: \"<div id=.root\"") },
	{ KEY("not-matches", patterns, "not-matches: placeholder") },
	{ KEY("may-be-empty", boolean, "may-be-empty: true") },
};
OBJECT(guard_input, "guard-input");

static const struct graph_key keys_guard_log[] = {
	{ KEY("log", patterns, "log: \"warning: missing\""), .required = true },
};
OBJECT(guard_log, "guard-log");

static const struct graph_key keys_guard_log_defaults[] = {
	{ KEY("log-defaults", boolean, "log-defaults: true"), .required = true },
};
OBJECT(guard_log_defaults, "guard-log-defaults");

static const struct graph_key keys_check_exec[] = {
	{ KEY("exec", one_or_more, "exec: [pg_isready]"), .required = true },
	{ KEY("status", number, "status: 0"), .min = 0, .max = 255 },
	{ KEY("contains", one_or_more, "contains: ready") },
	{ KEY("not-contains", one_or_more, "not-contains: error") },
	{ KEY("wait", duration, "wait: 10s") },
	SERVER_KEYS,
	CONTAINER_KEYS,
};
OBJECT(check_exec, "check-exec");

static const struct graph_key keys_image[] = {
	{ KEY("context", path, "context: app") },
	{ KEY("dockerfile", path, "dockerfile: docker/Dockerfile.kali") },
	{ KEY("target", text, "target: server") },
	{ KEY("source", object, "source: { git: https://github.com/owner/name, ref: main }"),
	  OBJECTS(&object_source) },
	{ KEY("args", pairs, "args: { NODE_VERSION: 22 }") },
	{ KEY("labels", pairs, "labels: { org.opencontainers.image.licenses: Apache-2.0 }") },
	{ KEY("network", network, "network: none") },
	{ KEY("add-host", hosts, "add-host: [ \"db:10.0.0.2\" ]") },
	{ KEY("ulimit", limits, "ulimit: [ \"nofile=4096:4096\" ]") },
	{ KEY("shm-size", size, "shm-size: 256M") },
	{ KEY("secrets", secrets, "secrets: [ \"id=npm,env=NPM_TOKEN\" ]") },
	{ KEY("needs", texts, "needs: [ agent-base ]") },
	{ KEY("soft", boolean, "soft: true") },
	{ KEY("platform", platform, "platform: linux/amd64") },
	{ KEY("output", choice, "output: layers"), CHOICES(graph_output) },
	{ KEY("timeout", duration, "timeout: 20m") },
	{ KEY("refresh", days, "refresh: 7d") },
	{ KEY("guards", objects, "guards: [ { input: web/index.html } ]"), .item = "a guard",
	  OBJECTS(&object_guard_input, &object_guard_log, &object_guard_log_defaults) },
	{ KEY("checks", objects, "checks: [ { file: /server } ]"), .item = "a check",
	  OBJECTS(&object_check_file, &object_check_absent, &object_check_config,
		  &object_check_http, &object_check_run, &object_check_exec) },
};
const struct graph_object graph_object_image = { "image", keys_image, ARRAY_SIZE(keys_image) };

static const struct graph_key keys_pull_requests[] = {
	{ KEY("publish", choice, "publish: keys"), CHOICES(graph_pull_publish) },
};
OBJECT(pull_requests, "pull-requests");

static const struct graph_key keys_events[] = {
	{ KEY("group", group, "group: agent-images"), .required = true },
	{ KEY("payload", pairs, "payload: { agent_images_sha: \"{commit}\" }") },
};
OBJECT(events, "events");

static const struct graph_key keys_github[] = {
	{ KEY("repository", owner_name, "repository: owner/name"), .required = true },
	{ KEY("event", event, "event: images-built"), .required = true },
	{ KEY("token-env", env, "token-env: DISPATCH_PAT") },
	{ KEY("token-file", secret_file, "token-file: /run/secrets/token") },
	{ KEY("url", url, "url: https://api.github.com") },
	{ KEY("timeout", duration, "timeout: 30s") },
};
OBJECT(github, "github");

static const struct graph_key keys_github_workflow[] = {
	{ KEY("repository", owner_name, "repository: owner/name"), .required = true },
	{ KEY("workflow", text, "workflow: bump.yml"), .required = true },
	{ KEY("ref", git_ref, "ref: main") },
	{ KEY("token-env", env, "token-env: DISPATCH_PAT") },
	{ KEY("token-file", secret_file, "token-file: /run/secrets/token") },
	{ KEY("url", url, "url: https://api.github.com") },
	{ KEY("timeout", duration, "timeout: 30s") },
};
OBJECT(github_workflow, "github-workflow");

static const struct graph_key keys_webhook[] = {
	{ KEY("url", url, "url: https://ci.example.org/hook"), .required = true },
	{ KEY("signing", choice, "signing: standard-webhooks"), CHOICES(target_signing) },
	{ KEY("secret-env", env, "secret-env: HOOK_SECRET") },
	{ KEY("secret-file", secret_file, "secret-file: /run/secrets/hook") },
	{ KEY("format", choice, "format: plain"), CHOICES(target_format) },
	{ KEY("timeout", duration, "timeout: 30s") },
};
OBJECT(webhook, "webhook");

static const struct graph_key keys_gitlab[] = {
	{ KEY("project", value, "project: group/name"), .required = true },
	{ KEY("ref", git_ref, "ref: main"), .required = true },
	{ KEY("token-env", env, "token-env: TRIGGER_TOKEN") },
	{ KEY("token-file", secret_file, "token-file: /run/secrets/token") },
	{ KEY("url", url, "url: https://gitlab.com") },
	{ KEY("timeout", duration, "timeout: 30s") },
};
OBJECT(gitlab, "gitlab");

static const struct graph_key keys_gitea_workflow[] = {
	{ KEY("url", url, "url: https://git.example.org"), .required = true },
	{ KEY("repository", owner_name, "repository: owner/name"), .required = true },
	{ KEY("workflow", text, "workflow: bump.yml"), .required = true },
	{ KEY("ref", git_ref, "ref: main") },
	{ KEY("token-env", env, "token-env: GITEA_TOKEN") },
	{ KEY("token-file", secret_file, "token-file: /run/secrets/token") },
	{ KEY("timeout", duration, "timeout: 30s") },
};
OBJECT(gitea_workflow, "gitea-workflow");

#define TARGET(id, n, ex)                                                                          \
	static const struct graph_key keys_dispatch_##id[] = {                                     \
		{ KEY(n, object, ex), .required = true, OBJECTS(&object_##id) },                   \
	};                                                                                         \
	OBJECT(dispatch_##id, "dispatch-" n)

TARGET(github, "github", "github: { repository: owner/name, event: images-built }");
TARGET(github_workflow, "github-workflow",
       "github-workflow: { repository: owner/name, workflow: bump.yml }");
TARGET(webhook, "webhook", "webhook: { url: https://ci.example.org/hook, signing: none }");
TARGET(gitlab, "gitlab", "gitlab: { project: group/name, ref: main, token-env: TRIGGER_TOKEN }");
TARGET(gitea_workflow, "gitea-workflow",
       "gitea-workflow: { url: https://git.example.org, repository: owner/name, "
       "workflow: bump.yml, token-env: GITEA_TOKEN }");

static const struct graph_key keys_pod_http[] = {
	{ KEY("http", object, "http: { port: 8081, path: /api/health }"), .required = true,
	  OBJECTS(&object_http) },
	{ KEY("container", text, "container: server"), .required = true },
};
OBJECT(pod_http, "pod-http");

static const struct graph_key keys_pod_exec[] = {
	{ KEY("exec", one_or_more, "exec: [pg_isready]"), .required = true },
	{ KEY("container", text, "container: server"), .required = true },
	{ KEY("status", number, "status: 0"), .min = 0, .max = 255 },
	{ KEY("contains", one_or_more, "contains: ready") },
	{ KEY("not-contains", one_or_more, "not-contains: error") },
	{ KEY("wait", duration, "wait: 10s") },
};
OBJECT(pod_exec, "pod-exec");

static const struct graph_key keys_pod_shared[] = {
	{ KEY("path", image_path, "path: /home/claude"), .required = true },
	{ KEY("images", texts, "images: [ app, sidecar ]"), .required = true },
};
OBJECT(pod_shared, "pod-shared");

static const struct graph_key keys_pod[] = {
	{ KEY("manifest", one_or_more_paths, "manifest: deploy/pod.yaml"), .required = true },
	{ KEY("workload", text, "workload: agent-pod") },
	{ KEY("settle", duration, "settle: 10s") },
	{ KEY("checks", objects, "checks: [ { http: { port: 80 }, container: server } ]"),
	  .item = "a check", OBJECTS(&object_pod_http, &object_pod_exec) },
	{ KEY("shared", objects, "shared: [ { path: /data, images: [ app, sidecar ] } ]"),
	  .item = "a shared folder", OBJECTS(&object_pod_shared) },
};
const struct graph_object graph_object_pod = { "pod", keys_pod, ARRAY_SIZE(keys_pod) };

static const struct graph_key keys_file[] = {
	{ KEY("version", number, "version: 1"), .required = true, .min = 1, .max = 1 },
	{ KEY("registry", text, "registry: ghcr.io/owner") },
	{ KEY("tags", tags, "tags: [ latest, stable ]") },
	{ KEY("pull-requests", object, "pull-requests: { publish: keys }"),
	  OBJECTS(&object_pull_requests) },
	{ KEY("builder", choice, "builder: buildah"), CHOICES(builder_kind) },
	{ KEY("platform", platform, "platform: linux/amd64") },
	{ KEY("timeout", duration, "timeout: 20m") },
	{ KEY("variables", values, "variables: { FORK_SHA: { default: main } }"),
	  OBJECTS(&object_variable) },
	{ KEY("images", named, "images: { app: { context: app } }"), .required = true,
	  OBJECTS(&graph_object_image) },
	{ KEY("pods", named, "pods: { agents: { manifest: deploy/pod.yaml } }"),
	  OBJECTS(&graph_object_pod) },
	{ KEY("events", object, "events: { group: agent-images }"), OBJECTS(&object_events) },
	{ KEY("dispatch", objects,
	      "dispatch: [ { github: { repository: owner/name, event: built } } ]"),
	  OBJECTS(&object_dispatch_github, &object_dispatch_github_workflow,
		  &object_dispatch_webhook, &object_dispatch_gitlab,
		  &object_dispatch_gitea_workflow) },
};
const struct graph_object graph_object_file = { "", keys_file, ARRAY_SIZE(keys_file) };

const struct graph_key *
graph_key_find(const struct graph_object *object, const char *name)
{
	for (size_t i = 0; i < object->nkeys; i++) {
		if (!strcmp(object->keys[i].name, name))
			return &object->keys[i];
	}
	return NULL;
}

const struct graph_key *
graph_key_elsewhere(const struct graph_object *object, const char *name)
{
	static const char *const pairs[][2] = {
		{ "services", "images" },
		{ "targets", "images" },
		{ "build", "context" },
		{ "path", "context" },
		{ "folder", "context" },
		{ "containerfile", "dockerfile" },
		{ "build-args", "args" },
		{ "build_args", "args" },
		{ "depends_on", "needs" },
		{ "depends-on", "needs" },
		{ "extra_hosts", "add-host" },
		{ "ulimits", "ulimit" },
		{ "shm_size", "shm-size" },
		{ "platforms", "platform" },
		{ "continue-on-error", "soft" },
		{ "timeout-minutes", "timeout" },
		{ "healthcheck", "checks" },
		{ "url", "git" },
		{ "repository", "git" },
		{ "branch", "ref" },
		{ "commit", "ref" },
		{ "tag", "ref" },
		{ "repo", "repository" },
		{ "token", "token-env" },
		{ "secret", "secret-env" },
		{ "secret", "secrets" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
		const struct graph_key *key = graph_key_find(object, pairs[i][1]);

		if (key && !strcmp(pairs[i][0], name))
			return key;
	}
	return NULL;
}
