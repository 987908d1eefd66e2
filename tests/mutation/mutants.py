# SPDX-License-Identifier: Apache-2.0
"""Every single change of a context that may, or may not, change its image."""
from __future__ import annotations

import io
import re
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import replace

from context import OLD, Context, Entry, archive, show

# The start of a mutant's name up to ":" is its kind; figures are counted by it.
Mutant = tuple[str, Context]
FOREIGN = [b"zz new", b".dot-new", b"-dash", b"new\nline", b"odd\xff\xfe", b"tab\there", "ünïcode".encode()]


def swap_args(ctx: Context, name: str, value: str | None) -> Context:
    args = tuple((n, v) for n, v in ctx.args if n != name)
    return replace(ctx, args=args + (((name, value),) if value is not None else ()))


def repack(data: bytes) -> bytes:
    """The same members, a while later."""
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        return archive("tar", [(m.name, tar.extractfile(m).read().decode()) for m in tar], OLD + 7)  # type: ignore[union-attr]


def files(ctx: Context) -> Iterator[Mutant]:
    special = {ctx.dockerfile}
    for path, e in sorted(ctx.entries.items()):
        name, ignore = show(path), path.endswith(b"ignore")
        if path in special or ignore:
            continue
        if e.kind == "file":
            yield f"byte: {name}", ctx.with_entry(path, replace(e, data=e.data + b"+"))
            if e.data:
                flipped = e.data[:-1] + bytes([e.data[-1] ^ 1])
                yield f"byte, same size: {name}", ctx.with_entry(path, replace(e, data=flipped))
            if path.endswith((b".tar", b".tar.gz", b".tar.bz2", b".tar.xz")):
                yield f"archive's times: {name}", ctx.with_entry(path, replace(e, data=repack(e.data)))
            yield f"executable: {name}", ctx.with_entry(path, replace(e, mode=e.mode ^ 0o111))
            yield f"mtime: {name}", ctx.with_entry(path, replace(e, mtime=OLD + 7))
            yield f"mode, not x: {name}", ctx.with_entry(path, replace(e, mode=e.mode ^ 0o044))
            yield f"setuid: {name}", ctx.with_entry(path, replace(e, mode=e.mode | 0o4000))
            yield f"attribute: {name}", ctx.with_entry(path, replace(e, xattr=b"x"))
            yield f"file to folder: {name}", ctx.with_entry(path, Entry("dir", mode=0o755))
            yield f"file to link: {name}", ctx.with_entry(path, Entry("link", b"nowhere"))
        elif e.kind == "link":
            yield f"retarget: {name}", ctx.with_entry(path, replace(e, data=e.data + b"2"))
            yield f"link to file: {name}", ctx.with_entry(path, Entry("file", b"was a link\n"))
        else:
            yield f"folder's mode: {name}", ctx.with_entry(path, replace(e, mode=0o700))
            yield f"folder's mtime: {name}", ctx.with_entry(path, replace(e, mtime=OLD + 7))
            yield f"folder to file: {name}", ctx.with_entry(path, None).with_entry(path, Entry("file", b"was a folder\n"))
        yield f"remove: {name}", ctx.with_entry(path, None)
        moved = ctx.with_entry(path, None)
        for old, entry in ctx.entries.items():
            if old == path or old.startswith(path + b"/"):
                moved = moved.with_entry(path + b"2" + old[len(path):], entry)
        yield f"rename: {name}", moved


def additions(ctx: Context) -> Iterator[Mutant]:
    folders = [b""] + sorted(p for p, e in ctx.entries.items() if e.kind == "dir")
    for folder in folders:
        for name in FOREIGN:
            path = folder + b"/" + name if folder else name
            yield f"add: {show(path)}", ctx.with_entry(path, Entry("file", b"new\n"))
        path = folder + b"/empty" if folder else b"empty"
        yield f"add folder: {show(path)}", ctx.with_entry(path, Entry("dir", mode=0o755))
    # What a pattern with wildcards may take in.
    for path, e in sorted(ctx.entries.items()):
        if e.kind == "file" and path != ctx.dockerfile:
            stem, dot, ext = path.rpartition(b".")
            near = stem + b"x" + dot + ext if stem else path + b"x"
            yield f"add beside: {show(near)}", ctx.with_entry(near, replace(e, data=b"near\n"))


def umasks(ctx: Context) -> Iterator[Mutant]:
    for bits, name in ((0o077, "umask 077"), (0o002, "umask 002")):
        entries = {p: replace(e, mode=(0o777 if e.kind == "dir" or e.mode & 0o100 else 0o666) & ~bits)
                   for p, e in ctx.entries.items()}
        yield f"umask: {name}", replace(ctx, entries=entries)


def logical(text: str) -> list[list[int]]:
    """Line numbers of each instruction, its continuations and heredocs included; simple on purpose."""
    escape = "`" if re.match(r"(?i)#\s*escape\s*=\s*`", text) else "\\"
    lines, out, i = text.split("\n"), [], 0
    while i < len(lines):
        if not lines[i].strip() or lines[i].lstrip().startswith("#"):
            i += 1
            continue
        group = [i]
        while lines[i].rstrip().endswith(escape) and i + 1 < len(lines):
            i += 1
            group.append(i)
        words = re.findall(r"<<-?[\"']?([A-Za-z]+)", lines[group[0]])
        for word in words:
            while i + 1 < len(lines) and lines[i].strip() != word:
                i += 1
                group.append(i)
        out.append(group)
        i += 1
    return out


def texts(ctx: Context) -> Iterator[Mutant]:
    text = ctx.text()
    lines = text.split("\n")
    groups = logical(text)

    def joined(order: list[list[int]]) -> str:
        """The head up to the first instruction, then the instructions in this order."""
        return "\n".join(lines[:groups[0][0]] + [lines[i] for g in order for i in g]) + "\n"

    def word(n: int) -> str:
        return lines[groups[n][0]].split()[0].upper()

    yield "comment: at the end", ctx.with_text(text + "# the end\n")
    yield "blank line: at the end", ctx.with_text(text + "\n")
    yield "BOM: at the start", ctx.with_text("\ufeff" + text)
    yield "CRLF: all lines", ctx.with_text(text.replace("\n", "\r\n"))
    if groups and groups[0][0] > 0:
        yield "comment: at the start", ctx.with_text("# hello\n" + text)
    for n, group in enumerate(groups):
        first = group[0]
        where = f"{word(n)} at {first + 1}"
        yield f"comment: before {where}", ctx.with_text("\n".join(lines[:first] + ["  # why"] + lines[first:]))
        if len(group) > 1:
            yield f"comment: inside {where}", ctx.with_text("\n".join(lines[:first + 1] + ["# why"] + lines[first + 1:]))
        lower = re.sub(r"^\s*\S+", lambda m: m[0].swapcase(), lines[first], count=1)
        yield f"keyword case: {where}", ctx.with_text("\n".join([*lines[:first], lower, *lines[first + 1:]]))
        wider = re.sub(r"(\S)\s+", r"\1  ", lines[first], count=1)
        yield f"blanks after the keyword: {where}", ctx.with_text("\n".join([*lines[:first], wider, *lines[first + 1:]]))
        wider = re.sub(r"(\S) +(\S*)$", r"\1   \2", lines[first])
        yield f"blanks before the last word: {where}", ctx.with_text("\n".join([*lines[:first], wider, *lines[first + 1:]]))
        if n + 1 < len(groups) and word(n) != "FROM" != word(n + 1):
            yield f"order: {where} and the next", ctx.with_text(joined(groups[:n] + [groups[n + 1], group] + groups[n + 2:]))
        if word(n) != "FROM":
            yield f"instruction removed: {where}", ctx.with_text(joined(groups[:n] + groups[n + 1:]))
            changed = re.sub(r"(?<=[A-Za-z0-9])$", "9", lines[group[-1]])
            yield f"last word: {where}", ctx.with_text("\n".join([*lines[:group[-1]], changed, *lines[group[-1] + 1:]]))


def stages(ctx: Context) -> Iterator[Mutant]:
    text = ctx.text()
    found = list(re.finditer(r"(?im)^\s*from\s+(?:--\S+\s+)*\S+(?:\s+as\s+(\S+))?", text))
    if not found:
        return
    at = found[0].start()
    yield "stage that nobody needs", ctx.with_text(text[:at] + "FROM scratch AS nobody\nLABEL nobody=1\n" + text[at:])
    for n, m in enumerate(found):
        if m[1]:
            yield f"target: {m[1]}", replace(ctx, target=m[1])
        yield f"target: {n}", replace(ctx, target=str(n))


def arguments(ctx: Context) -> Iterator[Mutant]:
    for name, value in ctx.args:
        yield f"argument changed: {name}", swap_args(ctx, name, value + "x")
        if value.isdigit():
            yield f"argument with another: {name}", swap_args(ctx, name, str(int(value) + 1))
        yield f"argument empty: {name}", swap_args(ctx, name, "")
        yield f"argument with blanks: {name}", swap_args(ctx, name, "a  b")
        yield f"argument left out: {name}", swap_args(ctx, name, None)
    given = {n for n, _ in ctx.args}
    declared = re.findall(r"(?im)^\s*(?:onbuild\s+)?arg\s+([A-Za-z_]\w*)", ctx.text())
    for name in sorted(set(declared) - given) + ["HTTP_PROXY", "SOURCE_DATE_EPOCH", "UNKNOWN_ARGUMENT"]:
        yield f"argument given: {name}", swap_args(ctx, name, "2")


def ignores(ctx: Context) -> Iterator[Mutant]:
    for path, e in sorted(ctx.entries.items()):
        if not path.endswith(b"ignore") or e.kind != "file":
            continue
        lines = e.data.split(b"\n")[:-1]

        def put(new: list[bytes], path: bytes = path, e: Entry = e) -> Context:
            return ctx.with_entry(path, replace(e, data=b"".join(x + b"\n" for x in new)))

        yield f"ignore comment: {show(path)}", put([b"# said", *lines])
        yield f"ignore order: {show(path)}", put(lines[::-1])
        for n, line in enumerate(lines):
            yield f"ignore line removed: {show(line)}", put(lines[:n] + lines[n + 1:])
        for line in (b"*", b"!*", b"**/*.txt", b"sub", b"!sub/keep"):
            yield f"ignore line added: {show(line)}", put([*lines, line])
        yield f"ignore file removed: {show(path)}", ctx.with_entry(path, None)
    for name in (b".dockerignore", b".containerignore", ctx.dockerfile + b".dockerignore",
                 ctx.dockerfile + b".containerignore"):
        if name not in ctx.entries:
            for data in (b"", b"**/*.txt\n"):
                yield f"ignore file added: {show(name)} {'full' if data else 'empty'}", \
                    ctx.with_entry(name, Entry("file", data))


def bases(ctx: Context) -> Iterator[Mutant]:
    for n, (ref, base) in enumerate(ctx.images):
        for other in ("other", "config", "onbuild", "env"):
            if other != base:
                images = (*ctx.images[:n], (ref, other), *ctx.images[n + 1:])
                yield f"base, same tag: {ref} is {other}", replace(ctx, images=images)
        moved = ref.rpartition(":")[0] + ":moved"
        if ref in ctx.text():
            yield f"base, other tag of the same: {ref}", replace(
                ctx.with_text(ctx.text().replace(ref, moved)), images=(*ctx.images, (moved, base)))


ALL: tuple[Callable[[Context], Iterator[Mutant]], ...] = (
    files, additions, umasks, texts, stages, arguments, ignores, bases)


def kind_of(name: str) -> str:
    return name.partition(":")[0]


def mutants(ctx: Context) -> Iterator[Mutant]:
    """All of them, each different from ctx."""
    for make in ALL:
        for name, mutant in make(ctx):
            if mutant != ctx:
                yield name, mutant
