#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# t-portable.sh: a checkout has the keys that it has, whoever made it, wherever, and whatever git thinks of it.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"
tmp=$(mktemp -d "${TMPDIR:-/tmp}/portable.XXXXXX")
user=
cleanup() {
	cd /
	[ -z "$user" ] || userdel -f "$user" >/dev/null 2>&1 || :
	rm -rf "$tmp"
}
trap cleanup EXIT
# What is on this machine under a name is no business of this test.
CONTAINERS_STORAGE_CONF=$tmp/storage.conf
printf '[storage]\ndriver = "vfs"\ngraphroot = "%s"\nrunroot = "%s"\n' "$tmp/graph" "$tmp/run" >"$CONTAINERS_STORAGE_CONF"
export CONTAINERS_STORAGE_CONF
command -v buildah >/dev/null || skip_all 'no buildah'

git_() {
	git -c user.name=t -c user.email=t@example.org -c commit.gpgsign=false -c core.autocrlf=false "$@"
}

# graphs/demo, and an image with all that a tree can hold.
git init -q -b main "$tmp/origin"
cp -R "$top_srcdir/graphs/demo/." "$tmp/origin/"
chmod -R u+w "$tmp/origin"
cd "$tmp/origin"
# Nothing is built here, so that nothing has to be there.
sed -i 's|^FROM localhost/busybox:static|FROM scratch|' base/Dockerfile
mkdir -p odd/d/deep odd/d/empty
printf '  odd: { context: odd, refresh: 30d, args: { GREETING: "größe" }, labels: { a.b: c } }\n' >>lockstep.yaml
cat >odd/Dockerfile <<-'DF'
	FROM scratch
	ARG GREETING
	LABEL greeting=$GREETING
	COPY d /d
	COPY link top* /
DF
printf '**/*.skip\n' >odd/.dockerignore
i=0
while [ $i -lt 40 ]; do
	echo $i >"odd/d/f$i"
	i=$((i + 1))
done
printf 'latin\n' >"$(printf 'odd/d/gr\374n')"
printf 'utf\n' >"$(printf 'odd/d/gr\303\274n')"
printf 'blank\n' >'odd/d/a b'
printf 'newline\n' >"$(printf 'odd/d/a\nb')"
printf 'case\n' >odd/d/B
printf 'case\n' >odd/d/b
printf 'crlf\r\n' >odd/d/crlf
printf '#!/bin/sh\n' >odd/d/deep/run
chmod 755 odd/d/deep/run
echo skipped >odd/d/x.skip
ln -s d/deep odd/link
ln -s ../nowhere odd/d/broken
echo top >odd/top
# Git keeps no empty folders; a file that is ignored keeps this one, everywhere.
echo keep >odd/d/empty/keep.skip
git_ add -A
git_ commit -qm all
echo unrelated >unrelated
git_ add -A
git_ commit -qm unrelated

images=$("$LOCKSTEP" graph --json | jq -r '[.images[].image] | join(" ")')
# keys: of all images of the checkout in the current folder; with their inputs, as what stands on an image that was never
# built has no key yet.
keys() {
	state=$(mktemp -d "$tmp/state.XXXXXX")
	for image in $images; do
		"$LOCKSTEP" inputs "$image" --state "$state" --json | jq -c '[.image, .key, [.inputs[] | del(.due)]]'
	done
	"$LOCKSTEP" inputs odd --state "$state" --canonical
}
LOCKSTEP_CLOCK=1790000000000
export LOCKSTEP_CLOCK
unset LOCKSTEP_STATE
keys >"$tmp/want"
is "$(grep -c '^\["[a-z]*",' "$tmp/want") $(grep -c '^\["[a-z]*","sha256:' "$tmp/want")" '6 2' 'there are images, and keys, to compare'
is "$("$LOCKSTEP" inputs odd --state "$tmp/s0" --canonical | sha256sum | cut -c1-64)" \
	"$("$LOCKSTEP" inputs odd --state "$tmp/s0" --json | jq -r '.key[7:]')" 'the canonical form hashed by hand is the key'

# same NAME: the current folder has the same keys.
same() {
	keys >"$tmp/got" 2>&1 || :
	same_file "$tmp/got" "$tmp/want" "$1"
}

(umask 077 && git clone -q "$tmp/origin" "$tmp/tight")
cd "$tmp/tight"
same 'another path, umask 077'
(umask 000 && git clone -q "$tmp/origin" "$tmp/loose and long/a/b/c")
cd "$tmp/loose and long/a/b/c"
same 'a deep path with blanks, umask 000'
find . -path ./.git -prune -o -type f -exec touch -d '2001-02-03 04:05:06' {} +
same 'other times'
chmod -R g-rwx,o-rwx odd && chmod 2750 odd/d
same 'other modes of group and others, a setgid folder'
echo x >>unrelated && echo new >untracked && rm -f README.md
same 'changes elsewhere, and files that git does not know'
git clone -q --depth 1 "file://$tmp/origin" "$tmp/shallow"
cd "$tmp/shallow"
same 'a shallow clone'
git_ checkout -q -b other && git_ commit -q --allow-empty -m 'another commit'
same 'another branch and commit'
rm -rf .git
same 'no git at all'
mkdir "$tmp/reverse"
(cd "$tmp/origin" && find . -path ./.git -prune -o -print0 | sort -rz | cpio -0pdm --quiet "$tmp/reverse" 2>/dev/null) ||
	(cd "$tmp/origin" && tar -c --exclude=./.git --sort=name . | tar -x -C "$tmp/reverse")
cd "$tmp/reverse"
same 'files that were made in another order'
cd "$tmp/origin"
is "$("$LOCKSTEP" inputs odd --commit HEAD --state "$tmp/s1" --json | jq -r .key)" "$("$LOCKSTEP" inputs odd --state "$tmp/s1" --json | jq -r .key)" \
	'the commit itself, from git objects'
for locale in C C.UTF-8 tr_TR.UTF-8 de_DE.UTF-8; do
	LC_ALL=$locale
	LANG=$locale
	export LC_ALL LANG
	same "locale $locale"
done
LC_ALL=C.UTF-8
for TZ in UTC Asia/Kathmandu America/St_Johns; do
	export TZ
	same "time zone $TZ"
done
HOME=$tmp/home
TMPDIR=$tmp/t
USER=somebody
SOURCE_DATE_EPOCH=12345
GREETING=other
mkdir -p "$HOME" "$TMPDIR"
export HOME TMPDIR USER SOURCE_DATE_EPOCH GREETING
same 'other variables in the environment'
LOCKSTEP_CLOCK=$((LOCKSTEP_CLOCK + 3600000))
same 'an hour later'

if [ "$(id -u)" -ne 0 ] || ! command -v useradd >/dev/null; then
	skip 'an ordinary user' 'not root, or no useradd'
else
	user=lks$$
	useradd -M -d "$tmp/user" "$user" 2>/dev/null
	mkdir "$tmp/user"
	chmod 755 "$tmp"
	(cd "$tmp/origin" && git_ archive HEAD | tar -x -C "$tmp/user")
	chown -R "$user" "$tmp/user"
	cat >"$tmp/as-user" <<-SH
		set -e
		umask 027
		cd "$tmp/user"
		for image in $images; do
			"$LOCKSTEP" inputs "\$image" --state "$tmp/user/state" --json | jq -c '[.image, .key, [.inputs[] | del(.due)]]'
		done
		"$LOCKSTEP" inputs odd --state "$tmp/user/state" --canonical
	SH
	chmod 644 "$CONTAINERS_STORAGE_CONF"
	if ! su -s /bin/sh "$user" -c "test -x '$LOCKSTEP'"; then
		skip 'an ordinary user' 'who may not run the program where it is'
	else
		su -s /bin/sh "$user" -c "LOCKSTEP_CLOCK=$LOCKSTEP_CLOCK XDG_RUNTIME_DIR=$tmp/user sh $tmp/as-user" >"$tmp/got" 2>&1 || :
		same_file "$tmp/got" "$tmp/want" 'an ordinary user, umask 027'
	fi
fi
done_testing
