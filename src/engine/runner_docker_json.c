/* SPDX-License-Identifier: Apache-2.0 */
/* runner_docker_json.c: a container as docker's engine wants it described. */
#include "engine/runner_docker.h"

/* Beyond it the engine begins a new file, and who follows the old one loses the thread: of what is
 * followed we have read enough long before. */
#define LOG_SIZE "4m"
#define FOLLOWED_LOG_SIZE "256m"

static json_t *
copy_list(const json_t *list)
{
	return json_is_array(list) ? json_deep_copy(list) : json_array();
}

static json_t *
env_list(const json_t *env)
{
	json_t *list = json_array();
	const json_t *value;
	const char *name;

	json_object_foreach((json_t *)env, name, value)
	{
		AUTO_FREE char *text = xasprintf("%s=%s", name, json_string_value(value));

		json_add_text(list, text);
	}
	return list;
}

static void
add_mounts(json_t *host, const struct runner_container *c)
{
	json_t *mounts = json_array(), *tmpfs = json_object();
	const json_t *item;
	size_t i;

	json_array_foreach(json_object_get(c->keys, "mounts"), i, item)
	{
		struct str rest = str_c(json_string_value(item)), what;
		AUTO_FREE char *target = NULL, *source = NULL;

		(void)str_next(&rest, ':', &what); /* the graph's loader saw to it */
		target = str_dup(rest);
		if (str_eq_c(what, "tmpfs")) {
			json_set_text(tmpfs, target, "rw,mode=1777");
		} else if (str_eq_c(what, "volume")) {
			json_array_append_new(mounts, json_pack("{s:s,s:s}", "Type", "volume",
								"Target", target));
		} else {
			source = xasprintf("%s/%zu", c->folders, i);
			json_array_append_new(mounts, json_pack("{s:s,s:s,s:s,s:b}", "Type", "bind",
								"Source", source, "Target", target,
								"ReadOnly", 1));
		}
	}
	json_object_set_new(host, "Mounts", mounts);
	json_object_set_new(host, "Tmpfs", tmpfs);
}

static void
add_network(json_t *config, json_t *host, const struct runner_container *c)
{
	const char *network = json_get_text(c->keys, "network");
	bool outside = c->port || (network && !strcmp(network, "outside"));
	AUTO_FREE char *port = xasprintf("%d/tcp", c->port);
	AUTO_FREE char *host_port = xasprintf("%d", c->host_port);

	json_set_text(host, "NetworkMode", outside ? "bridge" : "none");
	if (!c->port)
		return;
	json_object_set_new(config, "ExposedPorts", json_pack("{s:{}}", port));
	json_object_set_new(host, "PortBindings",
			    json_pack("{s:[{s:s,s:s}]}", port, "HostIp", "127.0.0.1", "HostPort",
				      host_port));
}

static json_t *
host_config(const struct runner_container *c)
{
	const json_t *memory = json_object_get(c->keys, "memory");
	const json_t *pids = json_object_get(c->keys, "pids");
	json_t *host = json_object();

	json_object_set_new(host, "CapDrop", copy_list(json_object_get(c->keys, "cap-drop")));
	json_object_set_new(host, "CapAdd", copy_list(json_object_get(c->keys, "cap-add")));
	if (json_is_true(json_object_get(c->keys, "no-new-privileges")))
		json_object_set_new(host, "SecurityOpt", json_pack("[s]", "no-new-privileges"));
	json_set_bool(host, "ReadonlyRootfs", json_is_true(json_object_get(c->keys, "read-only")));
	if (memory)
		json_set_int(host, "Memory", json_integer_value(memory));
	if (pids)
		json_set_int(host, "PidsLimit", json_integer_value(pids));
	/* Whatever the engine does by default, this is where output can be read again. */
	json_object_set_new(host, "LogConfig",
			    json_pack("{s:s,s:{s:s}}", "Type", "json-file", "Config", "max-size",
				      c->detach ? LOG_SIZE : FOLLOWED_LOG_SIZE));
	add_mounts(host, c);
	return host;
}

static void
add_command(json_t *config, const struct runner_container *c)
{
	json_t *command = copy_list(c->command);

	if (c->bare) {
		json_object_set_new(config, "Entrypoint",
				    json_pack("[O]", json_array_get(command, 0)));
		json_array_remove(command, 0);
	}
	if (json_array_size(command))
		json_object_set(config, "Cmd", command);
	json_decref(command);
}

json_t *
runner_docker_json(const struct runner_container *c, const char *mark)
{
	const char *user = json_get_text(c->keys, "user");
	const char *workdir = json_get_text(c->keys, "workdir");
	json_t *config = json_object(), *host = host_config(c);

	json_set_text(config, "Image", c->image_id);
	json_object_set_new(config, "Labels", json_pack("{s:s}", RUNNER_LABEL, mark));
	json_object_set_new(config, "Env", env_list(json_object_get(c->keys, "env")));
	if (user)
		json_set_text(config, "User", user);
	if (workdir)
		json_set_text(config, "WorkingDir", workdir);
	add_command(config, c);
	add_network(config, host, c);
	json_object_set_new(config, "HostConfig", host);
	return config;
}
