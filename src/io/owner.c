/* SPDX-License-Identifier: Apache-2.0 */
/* owner.c: a name for this process that others can ask after, and bytes of chance. */
#include "io/owner.h"

#include "base/str.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <sys/random.h>
#include <sys/types.h>
#include <unistd.h>

#define NAMESPACE_SIZE 64

/* The name without its process id, but with the '/' before it. */
static char *
own_place(void)
{
	char host[HOST_NAME_MAX + 1] = "", space[NAMESPACE_SIZE] = "";
	ssize_t n = readlink("/proc/self/ns/pid", space, sizeof(space) - 1);

	(void)gethostname(host, sizeof(host) - 1); /* without it the name is shorter */
	return xasprintf("%s/%s/", host, n > 0 ? space : "");
}

char *
owner_name(void)
{
	AUTO_FREE char *place = own_place();

	return xasprintf("%s%d", place, (int)getpid());
}

bool
owner_gone(const char *name)
{
	AUTO_FREE char *place = own_place();
	struct str rest = str_c(name), prefix = str_c(place);
	unsigned long long pid;

	if (!str_starts(rest, prefix))
		return false;
	if (!str_to_u64(str_sub(rest, prefix.n, rest.n), &pid) || !pid || pid > INT_MAX)
		return false;
	return kill((pid_t)pid, 0) && errno == ESRCH;
}

void
owner_chance(void *ret, size_t n)
{
	/* Up to 256 bytes come whole, says getrandom(2). */
	BUG_ON(n > 256);
	while (getrandom(ret, n, 0) != (ssize_t)n)
		BUG_ON(errno != EINTR);
}
