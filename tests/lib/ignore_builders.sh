# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# ignore_builders.sh: a tree and ignore files on which builders differ, and the comparison with one of them. Source
# it after tap.sh.

# make_tree DIR: names that are patterns, or nearly; links, empty folders, a newline.
make_tree() {
	mkdir -p "$1" && (
		cd "$1" || exit 1
		mkdir -p a/b c docs/api deep/1/2 deep/3/2 w src/vendor/lib .git empty/inner nl 'sp ace' pkg/foo/x \
			q/r/foo/s
		for file in Dockerfile .dockerignore README.md foo foo1 food foobar bar 'lib++' lib liib '(p)' p 'a b' '#x' \
			'# x' '!bang' bang 'x{2}' xx wyx 'é' 'dollar$' 'up^' a/b/c a/b/keep a/x c/c docs/README.md docs/guide.md \
			docs/api/index.md docs/api/index.html deep/1/2/keep deep/1/2/lose deep/3/2/keep w/x src/main.c \
			src/main.o src/.hidden src/vendor/lib/v.c .git/config 'sp ace/in side' pkg/foo/x/y pkg/foo/bar \
			pkg/prefoo d.a.b 'foo|bar' 'x y.md' q/r/foo/s/t q/r/foo/u; do
			: >"$file" || exit 1
		done
		: >'nl/new
line'
		: >nl/plain
		ln -s foo link
		ln -s docs dirlink
		ln -s nowhere broken
	)
}

# make_ignore_files DIR: one file for each set of lines, 00, 01 and so on.
make_ignore_files() {
	mkdir -p "$1"
	number=0
	# A format of printf a line, so that blanks, CR and BOM are seen.
	while IFS= read -r format; do
		# shellcheck disable=SC2059 # it is meant as a format
		printf "$format" >"$1/$(printf %02d $number)"
		number=$((number + 1))
	done <<'END'
*.md\n
docs\n
docs/\n/foo\n
docs/**\n!docs/README.md\n
docs\n!docs/README.md\n
docs\n!docs/*.md\n
**\n!**/*.md\n
*\n!src\n!docs/api\n
*\n!*/keep\n
**/keep\n!a/b/keep\n
a/b\n!a\n
a\n!a/b\n
deep\n!deep/*/2/keep\n
**/foo\n!pkg/foo/bar\n
**/foo\n!pkg/foo/x\n
**/foo\n!q/r/foo/s/t\n
q/*/foo|b\nx{2}*\n
a/*/**\n!a/b/**\n
docs\n!docs/*/**\n
**foo\n
**/*.c\n!**/main.c\n
foo**\n
foo?\n!food\n
foo[0-9]\n[a-c]\n
w[^x]x\n
foo\\d\n
foo|bar\n
foo\\|bar\n
lib\\+\\+\n
lib+\n
lib++\n
(p)\n
\\(p)\n
x{2}\n
x\\{2\\}\n
dollar$\nup\\^\n
up^\n
# comment\n #x\n\\#x\n
! README.md\n*\n
*.md\n! README.md\n
\\!bang\n!bang\n
  foo  \n\tbar\t\n
foo\r\nbar\r\n
\357\273\277foo\nbar\n
\357\273\277# comment\nfoo\n
.\n
/\n
..\n../foo\na/../bar\n
.git\n.dockerignore\nDockerfile\n
empty\nlink\ndirlink\n
nl\n
nl\n!nl/plain\n
docs/api/*\n!docs/api/index.?tml\n
*/*\n!a/x\n
*/*/*\n!docs/**\n
a b\nsp ace/in side\n
x\\ y.md\n
é\n
src\n!src/vendor/\nsrc/vendor/lib\n
d.a.?\n
do\n!docs/x\n
p*\n!pkg/foo/x/y\n
[\n
foo[b-a]\n
foo\\\n
!\n

END
}

# compare DIALECT TOOL TREE FILES GOT: GOT/NN lists (one a line, sorted) what arrived with the ignore file FILES/NN, or
# does not exist if the builder refused it.
compare() {
	for file in "$4"/*; do
		name=${file##*/}
		said=0
		(cd "$3" && find . -mindepth 1 -printf '%y %P\0') | "$2" "$1" "$file" >"$file.want" 2>"$file.err" || said=$?
		shown=$1' '$(tr '\n\r\t' '|..' <"$file")
		if [ $said -eq 2 ]; then
			fail "$shown" "$(cat "$file.err")"
		elif [ $said -eq 1 ]; then
			if [ -e "$5/$name" ]; then
				fail "$shown: the builder takes it" "$(cat "$file.err")"
			else
				pass "$shown is refused by both"
			fi
		elif [ ! -e "$5/$name" ]; then
			fail "$shown: only the builder refuses it"
		else
			lines_of "$file.want" >"$file.lines"
			same_file "$5/$name" "$file.lines" "$shown"
		fi
		rm -f "$file.want" "$file.err" "$file.lines"
	done
}

# lines_of FILE: names that end in NUL as sorted lines; a newline in a name becomes '?'.
lines_of() {
	tr '\n\0' '?\n' <"$1" | LC_ALL=C sort
}

# list_tree DIR: the same for what is below a folder.
list_tree() {
	(cd "$1" && find . -mindepth 1 -printf '%P\0') | tr '\n\0' '?\n' | LC_ALL=C sort
}
