/* SPDX-License-Identifier: Apache-2.0 */
/* cause.c: names of files and fields that are known for differing. */
#include "model/cause.h"

#include "base/path.h"
#include "model/glob.h"

struct known {
	const char *pattern; /* of the whole path; without a slash, of the last name */
	const char *below;   /* or: a folder that it lies in, at any depth */
	const char *cause;
};

#define ZIP "a zip archive holds the times of its members"
#define KERNEL                                                                                     \
	"a kernel's build ID and the time of its build: KBUILD_BUILD_TIMESTAMP, or install one "   \
	"that a distribution built"
#define NPM_LOCK "npm: \"resolved\" says from where each package came: npm ci writes no such file"
#define TIME_LOG "a log with times: remove it in the RUN that writes it"
#define BUILD_TIME "the builder writes the time of the build"
#define CONTAINER "the builder writes about its last container"
#define STEP "the builder names the image of the step before"

static const struct known files[] = {
	{ "/var/log/dpkg.log", NULL, TIME_LOG },
	{ "/var/log/alternatives.log", NULL, TIME_LOG },
	{ NULL, "/var/log", TIME_LOG },
	{ "/var/cache/ldconfig/aux-cache", NULL,
	  "ldconfig notes inodes and times: remove it after installing" },
	{ "/etc/ld.so.cache", NULL, "ldconfig: other libraries, or another order of them" },
	{ "/var/lib/dpkg/*-old", NULL, "dpkg's copy of its files before: remove it" },
	{ NULL, "/var/lib/dpkg", "dpkg: other versions of packages (pin them, or use a snapshot)" },
	{ NULL, "/var/cache/debconf", "debconf's cache: remove it" },
	{ NULL, "/var/lib/apt/lists",
	  "apt's package lists: remove them in the RUN that gets them" },
	{ NULL, "/var/cache/apt", "apt's cache: apt-get clean in the RUN that fills it" },
	{ "/etc/shadow", NULL, "the day on which useradd or adduser set the password" },
	{ "/etc/shadow-", NULL, "the day on which useradd or adduser set the password" },
	{ "/etc/machine-id", NULL, "made at random: empty it" },
	{ "/var/lib/dbus/machine-id", NULL, "made at random: remove it" },
	{ "/etc/ssh/ssh_host_*", NULL,
	  "made at random, and the same in every container: remove it" },
	{ "*.pyc", NULL,
	  "holds the time of its source: PYTHONDONTWRITEBYTECODE=1, or "
	  "--invalidation-mode unchecked-hash" },
	{ NULL, "_cacache", "npm's cache: npm cache clean --force, or npm ci --cache elsewhere" },
	{ NULL, ".npm/_logs", TIME_LOG },
	{ ".package-lock.json", NULL, "npm's lock file inside node_modules" },
	{ "package-lock.json", NULL, NPM_LOCK },
	{ "npm-shrinkwrap.json", NULL, NPM_LOCK },
	{ "direct_url.json", NULL, "pip: where a package came from" },
	{ "RECORD", NULL, "pip: digests of installed files, one of which differs" },
	{ NULL, "/lib/apk/db", "apk: other versions of packages, or names of virtual ones" },
	{ NULL, "/var/cache/apk", "apk's cache: apk add --no-cache" },
	{ NULL, ".fingerprint", "cargo's notes hold times of sources: leave target behind" },
	{ NULL, "/usr/local/cargo/registry",
	  "cargo's downloads: mount them (RUN --mount=type=cache)" },
	{ NULL, ".cargo/registry", "cargo's downloads: mount them (RUN --mount=type=cache)" },
	{ "/boot/vmlinuz*", NULL, KERNEL },
	{ NULL, "/lib/modules", KERNEL },
	{ NULL, "/usr/lib/modules", KERNEL },
	{ "/boot/initr*", NULL, "an archive that was made here, with times: SOURCE_DATE_EPOCH" },
	{ NULL, ".cache", "a cache: remove it, or mount it (RUN --mount=type=cache)" },
	{ "*.gz", NULL, "gzip writes the time of the file into its header: gzip -n" },
	{ "*.tgz", NULL, "an archive holds times and the order of its members" },
	{ "*.tar", NULL, "an archive holds times and the order of its members" },
	{ "*.zip", NULL, ZIP },
	{ "*.jar", NULL, ZIP },
	{ "*.whl", NULL, ZIP },
	{ "*.a", NULL, "an archive of objects holds times: ar D" },
	{ "*.log", NULL, TIME_LOG },
};

static const struct known fields[] = {
	{ "created", NULL, BUILD_TIME },
	{ "history*.created", NULL, BUILD_TIME },
	{ "config.Labels.io.buildah.version", NULL, "another version of buildah" },
	{ "docker_version", NULL, "another version of docker" },
	{ "container", NULL, CONTAINER },
	{ "container_config*", NULL, CONTAINER },
	{ "config.Hostname", NULL, CONTAINER },
	{ "config.Image", NULL, CONTAINER },
	{ "parent", NULL, STEP },
	{ "history*.comment", NULL, STEP },
};

/* below "/x" is a folder from the root on, "x" one at any depth. */
static bool
lies_below(const char *path, const char *below)
{
	size_t n = strlen(below);
	const char *at = path;

	if (*below == '/')
		return !strncmp(path, below, n) && path[n] == '/';
	while ((at = strstr(at, below))) {
		if (at > path && at[-1] == '/' && at[n] == '/')
			return true;
		at++;
	}
	return false;
}

static const char *
find(const struct known *list, size_t n, const char *path)
{
	for (size_t i = 0; i < n; i++) {
		const char *pattern = list[i].pattern;
		const char *name = path;

		if (list[i].below && lies_below(path, list[i].below))
			return list[i].cause;
		if (!pattern)
			continue;
		if (list == files && *pattern != '/')
			name = path_base(path);
		if (glob_match(str_c(pattern), str_c(name)) == GLOB_YES)
			return list[i].cause;
	}
	return NULL;
}

const char *
cause_of_file(const char *path)
{
	return find(files, ARRAY_SIZE(files), path);
}

const char *
cause_of_field(const char *field)
{
	return find(fields, ARRAY_SIZE(fields), field);
}
