#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# house.sh: the checks that guard the house notice what is smuggled into a copy of the tree.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"

copy=$(mktemp -d "${TMPDIR:-/tmp}/house.XXXXXX")
trap 'rm -rf "$copy"' EXIT
mkdir "$copy/build"
(cd "$top_srcdir" && tar cf - src include scripts tests/lib tests/*/local.mk man/local.mk docs/local.mk \
	graphs/local.mk .clang-format) | (cd "$copy" && tar xf -)
# A tree made by distcheck cannot be written to.
chmod -R u+w "$copy"
cp "${top_builddir:?}/config.h" "$top_builddir"/lib*.a "$copy/build"
origin=$top_builddir
top_srcdir=$copy
top_builddir=$copy/build
export top_srcdir top_builddir

# check NAME: run a check on the copy; what it says is in $said.
check() {
	said=$("$copy/scripts/check-$1" 2>&1) && status=0 || status=$?
}

# finds PATTERN NAME: the check failed, and says so where the pattern of the shell is.
finds() {
	if [ "$status" -eq 0 ]; then
		fail "$2" "the check passed"
	else
		like "$said" "*$1*" "$2"
	fi
}

# lacks PATTERN NAME
lacks() {
	case $said in
	*$1*) fail "$2" "$said" ;;
	*) pass "$2" ;;
	esac
}

# object ARCHIVE NAME: the C text on stdin becomes a member of the copy's archive.
# shellcheck disable=SC2086 # flags come from configure as one text, and are split where it has blanks
object() {
	cat >"$copy/build/$2.c"
	(cd "$copy/build" && $CC ${HOUSE_CFLAGS-} -Wno-error -w -c "$2.c" && $AR r "lib$1.a" "$2.o") 2>/dev/null
}

# --- check-floors
check floors
is "$status" 0 'floors: the tree as it is passes'

object model upstairs <<'C'
int model_upstairs(void) { return 1; }
C
object base base_smuggler <<'C'
int model_upstairs(void);
int base_smuggler(void) { return model_upstairs(); }
C
check floors
finds 'not ok*base links*base_smuggler*model_upstairs*' 'floors: base calls model'
cp "$origin/libbase.a" "$copy/build"
object io io_smuggler <<'C'
int model_upstairs(void);
int io_smuggler(void) { return model_upstairs(); }
C
object remote across <<'C'
int remote_across(void) { return 1; }
C
object store store_smuggler <<'C'
int remote_across(void);
int store_smuggler(void) { return remote_across(); }
C
object engine engine_smuggler <<'C'
int sqlite3_libversion_number(void);
int engine_smuggler(void) { return sqlite3_libversion_number(); }
int base_twice(void) { return 1; }
C
object base twice <<'C'
int base_twice(void) { return 2; }
C
check floors
finds 'not ok*io links*io_smuggler*model_upstairs*' 'floors: io calls model'
finds 'not ok*store links*store_smuggler*remote_across*' 'floors: store calls remote'
finds 'sqlite3_libversion_number() of libsqlite3*' 'floors: engine calls the database by itself'
finds 'multiple definition of*base_twice*' 'floors: a name in two archives'

# --- check-headers
cat >"$copy/src/model/zz_a_priv.h" <<'C'
struct zz_a {
	int a;
};
C
cat >"$copy/src/model/zz_b.h" <<'C'
size_t zz_b(void);
C
cat >"$copy/src/base/zz_a.c" <<'C'
#include "config.h"
#include "model/zz_b.h"
#include "zz_a.h"
C
cat >"$copy/src/store/zz_a.c" <<'C'
#include "base/zz_a.h"
#include "cli/zz_a.h"
#include "remote/zz_a.h"
#include "model/zz_a_priv.h"
#include <sqlite3.h>
C
check headers
finds 'not ok*model/zz_b.h compiles alone*size_t*' 'headers: one that needs another before it'
finds 'not ok*model/zz_a_priv.h compiles alone*redefinition*' 'headers: one without a guard'
finds 'src/base/zz_a.c:1: config.h comes*' 'headers: config.h'
finds 'src/base/zz_a.c:2: "model/zz_b.h": base may not know model*' 'headers: up'
finds 'src/base/zz_a.c:3: "zz_a.h": include as*' 'headers: without a floor'
finds 'src/store/zz_a.c:2: "cli/zz_a.h": store may not know cli*' 'headers: up to the top'
finds 'src/store/zz_a.c:3: "remote/zz_a.h": store may not know remote*' 'headers: store and remote'
finds 'src/store/zz_a.c:4: "model/zz_a_priv.h" is private*' 'headers: what is private to another floor'
finds 'src/store/zz_a.c:5: <sqlite3.h> has its own*' 'headers: a library of another module'
lacks 'src/store/zz_a.c:1:' 'headers: down is allowed'

# --- check-banned
cat >"$copy/src/model/zz_c.c" <<'C'
/* strcpy(a, b); "
   strcat(a, b); */
const char *zz = "system(x) \" popen(x)"; // gets(x)
char q = '"';
int a = strtok
	(x, y);
int b = s->system(x) + s.system(x) + my_system(x);
FILE *f = fopen(x, "r");
C
check banned
finds 'src/model/zz_c.c:5: strtok(): use slices*' 'banned: a call over two lines'
finds 'src/model/zz_c.c:8: fopen()*' 'banned: a call that only other floors may make'
lacks 'zz_c.c:[1-4]:' 'banned: comments and strings are no calls'
lacks 'zz_c.c:7:' 'banned: members and longer names are no calls'

# --- check-size and check-format
lines() { # COUNT
	i=0
	while [ $i -lt "$1" ]; do
		printf '\ta++;\n'
		i=$((i + 1))
	done
}
{
	printf 'int\nzz_short(int a)\n{\n'
	lines 57
	printf '\treturn a;\n}\n\nint\nzz_long(int a)\n{\n'
	lines 58
	printf '\treturn a;\n}\n\nint\nzz_huge(int a)\n{\n'
	lines 98
	printf '\treturn a;\n}\n\nint\nzz_granted(int a)\n{\n'
	lines 60
	printf '\treturn a;\n}\n'
} >"$copy/src/model/zz_d.c"
printf 'int\nzz(int a, int b, int c, int d, int e, int f, int g)\n{ return a + b + c + d + e + f + g; }\n' \
	>"$copy/src/model/zz_e.c"
printf 'int\nzz(int a)\n{\n%sreturn a;%s\n}\n' 'if (a) { if (a) { if (a) { if (a) { if (a) {' '}}}}} return 0;' \
	>"$copy/src/model/zz_f.c"
lines 501 >"$copy/src/model/zz_g.h"
cat >>"$copy/scripts/size-allow.txt" <<'EOT'
src/model/zz_d.c:zz_huge 120 more than can be granted
src/model/zz_d.c:zz_granted 63 for the test
src/model/zz_d.c:zz_gone 63 for the test
EOT
check size
finds 'src/model/zz_d.c:zz_long: 61 lines*' 'size: a function of 61 lines'
finds 'src/model/zz_d.c:zz_huge: 101 lines, more than 100 is never granted*' 'size: more than can be granted'
finds 'src/model/zz_g.h: 501 lines*' 'size: a file of 501 lines'
finds 'zz_gone needs no grant*' 'size: a grant that nothing needs'
lacks 'zz_short' 'size: 60 lines are no finding'
lacks 'zz_granted' 'size: neither is what was granted'
case $said in
*'# SKIP clang-tidy'*)
	skip 'size: parameters and nesting' 'clang-tidy is not installed' ;;
*)
	finds 'zz_e.c*7 parameters*' 'size: seven parameters'
	finds 'zz_f.c*nesting level 5*' 'size: five levels' ;;
esac

check format
case $said in
*'# SKIP clang-format'*)
	skip 'format' 'clang-format 14 is not installed' ;;
*)
	finds 'not ok*src/model/zz_e.c*' 'format: a file that is not formatted'
	exits 2 'format: a file that is not there' "$copy/scripts/format" "$copy/nosuch.c"
	is "$tap_out, $(ls "$copy/nosuch.c" 2>/dev/null)" "format: there is no file '$copy/nosuch.c', " \
		'format: is not made' ;;
esac

# --- list-sources
exits 1 'lists: files that no list has' "$copy/scripts/list-sources" --check src/model
like "$tap_out" '*src/model/local.mk is not current*zz_c.c*' 'lists: and it names them'
ok 'lists: writing them' "$copy/scripts/list-sources" src/model
ok 'lists: are then current' "$copy/scripts/list-sources" --check src/model
done_testing
