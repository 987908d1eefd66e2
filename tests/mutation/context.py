# SPDX-License-Identifier: Apache-2.0
"""A build context as a value: read from a case, mutated, written to disk in different ways."""
from __future__ import annotations

import hashlib
import io
import os
import shutil
import tarfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal
from urllib.parse import quote_from_bytes, unquote_to_bytes

Kind = Literal["file", "dir", "link"]
OLD = 1_500_000_000  # seconds: the time of every entry unless a mutant says otherwise


@dataclass(frozen=True)
class Entry:
    kind: Kind
    data: bytes = b""  # of a link: its target
    mode: int = 0o644
    mtime: int = OLD
    xattr: bytes = b""  # user.mutation, if not empty


@dataclass(frozen=True)
class Context:
    """entries: path → entry, folders included; paths are bytes, relative to the context."""

    name: str
    entries: dict[bytes, Entry]
    dockerfile: bytes = b"Dockerfile"
    args: tuple[tuple[str, str], ...] = ()
    target: str = ""
    images: tuple[tuple[str, str], ...] = ()  # reference → name of a base of bases.py
    builders: tuple[str, ...] = ("buildah", "docker", "docker-classic")
    contexts: tuple[str, ...] = ()  # values of --build-context; of a stage
    differs: str = ""  # why the stage makes another image than a checkout, where that is meant to be
    layers: bool = False  # RUN sees what buildah does only where each instruction is a layer, as lockstep builds
    causes: tuple[tuple[str, str], ...] = ()  # prefix of a mutant's name → why a moved key is no moved image

    def text(self) -> str:
        entry = self.entries.get(self.dockerfile, Entry("file"))
        return entry.data.decode("utf-8", "surrogateescape")

    def with_text(self, text: str) -> Context:
        return self.with_entry(self.dockerfile, replace(self.entries[self.dockerfile],
                                                        data=text.encode("utf-8", "surrogateescape")))

    def with_entry(self, path: bytes, entry: Entry | None) -> Context:
        """Sets an entry and the folders on its way, or takes it away with all below it."""
        entries = {p: e for p, e in self.entries.items() if p != path and not p.startswith(path + b"/")}
        if entry is not None:
            parts = path.split(b"/")
            for n in range(1, len(parts)):
                entries.setdefault(b"/".join(parts[:n]), Entry("dir", mode=0o755))
            if entry.kind == "dir":
                entries.update({p: e for p, e in self.entries.items() if p.startswith(path + b"/")})
            entries[path] = entry
        return replace(self, entries=entries)

    def digest(self) -> str:
        """Of everything that a build of a checkout can see."""
        h = hashlib.sha256(repr((self.dockerfile, self.args, self.target, self.images)).encode())
        for path, e in sorted(self.entries.items()):
            h.update(repr((path, e.kind, e.data, is_x(e), e.mtime if e.kind != "link" else 0)).encode())
        return h.hexdigest()


def is_x(e: Entry) -> bool:
    return e.kind == "file" and bool(e.mode & 0o100)


def show(path: bytes) -> str:
    return quote_from_bytes(path, safe="/+-_.,=@ ")


def write(ctx: Context, root: Path, checkout: bool) -> None:
    """The tree in root; with checkout as git would leave it under umask 022: modes 0644 and 0755, no attributes."""
    if root.exists():
        shutil.rmtree(root)
    os.mkdir(root)
    top = os.fsencode(root)
    for path, e in sorted(ctx.entries.items()):
        at = top + b"/" + path
        if e.kind == "dir":
            os.makedirs(at, exist_ok=True)
            continue
        os.makedirs(os.path.dirname(at), exist_ok=True)
        if e.kind == "link":
            os.symlink(e.data, at)
            continue
        with open(at, "wb") as f:
            f.write(e.data)
        os.chmod(at, (0o755 if is_x(e) else 0o644) if checkout else e.mode)
        if e.xattr and not checkout:
            os.setxattr(at, "user.mutation", e.xattr)
    for path, e in sorted(ctx.entries.items(), reverse=True):
        if e.kind == "dir":
            os.chmod(top + b"/" + path, 0o755 if checkout else e.mode)
        if e.kind != "link":
            os.utime(top + b"/" + path, (e.mtime, e.mtime))
    os.utime(root, (OLD, OLD))


def archive(compression: str, members: list[tuple[str, str]], times: int = OLD) -> bytes:
    out = io.BytesIO()
    mode = {"tar": "w", "tar.gz": "w:gz", "tar.bz2": "w:bz2", "tar.xz": "w:xz"}[compression]
    with tarfile.open(fileobj=out, mode=mode, format=tarfile.GNU_FORMAT) as tar:  # type: ignore[call-overload]
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(content), times
            tar.addfile(info, io.BytesIO(content.encode()))
    data = out.getvalue()
    return data[:4] + b"\0\0\0\0" + data[8:] if compression == "tar.gz" else data  # the time in gzip's head


@dataclass
class Reader:
    """A case: "# key: value" lines, then "== PATH [MODE] [-> TARGET | < tar.gz a=1 b=2]" with the content below."""

    path: Path
    fields: dict[str, str] = field(default_factory=dict)
    causes: list[tuple[str, str]] = field(default_factory=list)
    entries: dict[bytes, Entry] = field(default_factory=dict)

    def read(self, builder: str) -> Context:
        head, *parts = ("\n" + self.path.read_text("utf-8", "surrogateescape")).split("\n== ")
        for line in head.splitlines():
            key, _, value = line.removeprefix("# ").partition(": ")
            if key == "imprecise":
                mutant, _, cause = value.partition(" = ")
                self.causes.append((mutant, cause))
            elif value:
                self.fields[key] = value
        for i, part in enumerate(parts):
            self.add(*part.partition("\n")[::2], last=i == len(parts) - 1)
        f = self.fields
        # The folders on the way, as a file system has them.
        ctx = Context(self.path.stem, {})
        for name, entry in self.entries.items():
            ctx = ctx.with_entry(name, entry)
        return replace(
            ctx, dockerfile=os.fsencode(f.get("file", "Dockerfile")), args=pairs(f.get("args", "")),
            target=f.get("target", ""), layers="layers" in f, differs=f.get("differs", f.get(f"differs-{builder}", "")), images=pairs(f.get("image", "")), causes=tuple(self.causes),
            builders=tuple(f["builders"].split()) if "builders" in f else Context.builders)

    def add(self, header: str, content: str, last: bool) -> None:
        if content and not last:
            content += "\n"
        words = header.split(" ")
        path = unquote_to_bytes(words[0])
        if "->" in words:
            self.entries[path] = Entry("link", unquote_to_bytes(words[words.index("->") + 1]))
        elif "<" in words:
            at = words.index("<")
            self.entries[path] = Entry("file", archive(words[at + 1], list(pairs(" ".join(words[at + 2:])))))
        elif path.endswith(b"/"):
            self.entries[path.rstrip(b"/")] = Entry("dir", mode=0o755)
        else:
            data = content.encode("utf-8", "surrogateescape")
            if words[-1] == "raw":  # escapes in the content, and no newline at its end
                data = unquote_to_bytes(content.removesuffix("\n"))
            modes = [int(w, 8) for w in words[1:] if w.isdigit()]
            self.entries[path] = Entry("file", data, *modes)


def pairs(text: str) -> tuple[tuple[str, str], ...]:
    return tuple((k, unquote_to_bytes(v).decode()) for k, _, v in (w.partition("=") for w in text.split()))
