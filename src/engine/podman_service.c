/* SPDX-License-Identifier: Apache-2.0 */
/* podman_service.c: where podman's service is, and whose images it has. */
#include "engine/podman_service.h"

#include "base/env.h"
#include "base/json.h"
#include "remote/docker_api.h"

#include <unistd.h>

#define PROGRAM "podman runs as a program, on lockstep's own storage"

char *
podman_service_host(const char *const *env, uid_t uid)
{
	const char *host = env_nonempty(env, "CONTAINER_HOST");
	const char *runtime = env_nonempty(env, "XDG_RUNTIME_DIR");

	if (host)
		return xstrdup(host);
	if (uid == 0)
		return xstrdup("unix:///run/podman/podman.sock");
	return runtime ? xasprintf("unix://%s/podman/podman.sock", runtime)
		       : xasprintf("unix:///run/user/%u/podman/podman.sock", (unsigned)uid);
}

bool
podman_service_is_named(const char *const *env, uid_t uid)
{
	AUTO_FREE char *host = podman_service_host(env, uid);

	return !str_starts(str_c(host), STR_LIT("unix:///")) ||
	       !access(host + strlen("unix://"), F_OK);
}

/* The folder of the service's storage; NULL when who answers is not podman, or nobody does. */
static char *
ask_storage(const char *host)
{
	AUTO_ERR struct err ignored = ERR_INIT;
	AUTO_JSON json_t *info = NULL;
	struct docker_api *api = NULL;
	char *ret = NULL;

	if (!docker_api_open_at(host, NULL, &api, &ignored) && !docker_api_meet(api, &ignored) &&
	    docker_api_is_podman(api) && docker_api_get(api, "/info", &info, &ignored) == 1 &&
	    json_get_text(info, "DockerRootDir"))
		ret = xstrdup(json_get_text(info, "DockerRootDir"));
	docker_api_free(api);
	return ret;
}

char *
podman_service_text(const char *const *env, uid_t uid, const char *storage)
{
	AUTO_FREE char *host = podman_service_host(env, uid);
	AUTO_FREE char *has = NULL;

	/* It may hold a login, and is not repeated. */
	if (!str_starts(str_c(host), STR_LIT("unix:///")))
		return xstrdup("CONTAINER_HOST names no socket of this machine, and is not asked: "
			       "images are not loaded there; " PROGRAM);
	if (access(host + strlen("unix://"), F_OK))
		return xasprintf(
			"no service of podman listens at '%s', and none is needed: " PROGRAM, host);
	has = ask_storage(host);
	if (!has)
		return xasprintf(
			"what is at '%s' does not answer as podman's service, which is not "
			"needed: " PROGRAM,
			host);
	if (strcmp(has, storage) != 0)
		return xasprintf(
			"podman's service at '%s' has another storage, '%s': images are not "
			"loaded there, but into '%s'; " PROGRAM,
			host, has, storage);
	return xasprintf("podman's service at '%s' has the storage that images are loaded into, "
			 "'%s'; for builds and checks " PROGRAM,
			 host, has);
}
