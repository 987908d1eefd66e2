# SPDX-License-Identifier: Apache-2.0
"""One context and its mutants, held against the builder."""
from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
import threading
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from builders import Builder, Failed
from context import Context, write
from lockstep import Lockstep, Refused
from mutants import kind_of
from oracle import Image

Kinds = Literal["moved",       # image and key
                "kept",        # neither
                "imprecise",   # the key alone: a needless rebuild
                "refused",     # lockstep builds it not
                "both refuse",
                "broken",      # the builder fails, lockstep finds out by trying
                "lenient",     # the builder stumbles over a stage that nobody needs, and that lockstep leaves out
                "base refused", # what lockstep does not give this builder
                "no base",     # a context that does not build as it is: a mistake of the corpus
                "unstable",    # two builds of the same differ: cannot be judged
                "warm",        # `lockstep build` with its layer cache made the builder's image
                "unsound",     # the image alone: a stale image
                "unfaithful",  # the staged context makes another image
                "stale"]       # `lockstep build` made another image than a builder without a cache


@dataclass(frozen=True)
class Verdict:
    kind: Kinds
    cause: str = ""
    detail: str = ""


@dataclass
class State:
    """A context as it was looked at: its key and the builder's image, or why there is none."""

    name: str
    ctx: Context
    key: bytes = b""
    image: Image | None = None
    staged: Image | None = None
    said: str = ""
    fewer: bool = False  # the stage has not all the stages of the Dockerfile

    def wanted(self) -> Image:
        image = self.staged if self.ctx.differs else self.image
        assert image
        return image

    def seen(self) -> str:
        return self.wanted().digest() if (self.staged if self.ctx.differs else self.image) else "fails"


@dataclass
class Judge:
    builder: Builder
    lockstep: Lockstep
    work: Path
    blind: str = ""
    verbose: bool = False
    builds: int = 0
    tags: dict[str, str] = field(default_factory=dict)
    images: dict[str, Image | str] = field(default_factory=dict)  # of one context, by its digest or its stage's
    lock: threading.Lock = field(default_factory=threading.Lock)

    def tag(self, ctx: Context) -> None:
        for ref, base in ctx.images:
            if self.tags.get(ref) != base:
                self.builder.tag(base, ref)
                self.tags[ref] = base

    def build(self, digest: str, root: Path, dockerfile: Path, ctx: Context, staged: bool) -> Image | str:
        """The image or what the builder said; what was built before is not built again."""
        digest += " staged" if staged else ""
        if digest not in self.images:
            with self.lock:
                self.builds += 1
            try:
                self.images[digest] = self.builder.build(root, dockerfile, ctx, staged)
            except Failed as e:
                self.images[digest] = str(e)
        return self.images[digest]


def stages(text: str) -> int:
    return len(re.findall(r"(?im)^\s*from\s", text))


def tree_digest(top: Path) -> str:
    h = hashlib.sha256()
    for path in sorted(top.rglob("*")):
        st = path.lstat()
        data = path.readlink().__fspath__().encode("utf-8", "surrogateescape") if path.is_symlink() else \
            path.read_bytes() if path.is_file() else b""
        h.update(repr((path.relative_to(top), st.st_mode, data)).encode("utf-8", "surrogateescape"))
    return h.hexdigest()


class Case:
    def __init__(self, judge: Judge, ctx: Context) -> None:
        self.j, self.ctx = judge, ctx
        self.dir = Path(tempfile.mkdtemp(prefix=f"{ctx.name}-", dir=judge.work))
        self.states = 0
        self.base = self.state("base", ctx)

    def close(self) -> None:
        shutil.rmtree(self.dir)

    def key(self, ctx: Context, state: State) -> None:
        try:
            state.key = self.j.lockstep.canonical(ctx, self.dir / "raw")
        except Refused as e:
            state.said = str(e)
        if self.j.blind:
            state.key = re.sub(rb"(?m)^" + self.j.blind.encode() + rb"\t.*\n", b"", state.key)

    def stage(self, ctx: Context, into: Path, state: State) -> None:
        try:
            contexts = self.j.lockstep.stage(ctx, self.dir / "raw", into)
        except Refused as e:  # what this builder cannot be given is told late
            state.key, state.said = b"", str(e)
            return
        digest = tree_digest(into) + repr(ctx.args) + repr(contexts)
        staged = self.j.build(digest, into / "context", into / "Dockerfile", replace(ctx, contexts=tuple(contexts)), True)
        state.staged = staged if isinstance(staged, Image) else None
        state.said = "" if state.staged else str(staged)
        state.fewer = stages(ctx.text()) > stages((into / "Dockerfile").read_text(errors="surrogateescape"))
        shutil.rmtree(into)

    def state(self, name: str, ctx: Context) -> State:
        state = State(name, ctx)
        self.j.tag(ctx)
        write(ctx, self.dir / "raw", checkout=False)
        self.key(ctx, state)
        # BuildKit takes a folder of the same path for the same but where times or sizes differ.
        self.states += 1
        checkout, stage = self.dir / f"checkout-{self.states}", self.dir / f"stage-{self.states}"
        write(ctx, checkout, checkout=True)
        made = self.j.build(ctx.digest(), checkout, checkout / ctx.dockerfile.decode(), ctx, False)
        state.image = made if isinstance(made, Image) else None
        if state.key:
            self.stage(ctx, stage, state)
        shutil.rmtree(checkout)
        if not state.image:
            state.said += "\nbuilder: " + str(made)
        return state

    def sound_base(self) -> Verdict | None:
        """None if the context builds as it is, faithfully and twice the same."""
        if self.base.image and not self.base.key:
            return Verdict("base refused", detail=self.base.said)
        if not self.base.image:
            return Verdict("no base", detail=self.base.said)
        self.j.images.pop(self.ctx.digest())
        again = self.state("again", self.ctx)
        if again.seen() != self.base.seen():
            return Verdict("unstable", detail="\n".join(again.image.differs(self.base.image)) if again.image else "")
        return None if self.judge(again).kind == "kept" else self.judge(again)

    def judge(self, s: State) -> Verdict:
        if not s.key:
            return Verdict("both refuse" if not s.image else "refused", detail=s.said)
        if s.image and not s.ctx.differs and (not s.staged or s.staged.digest() != s.image.digest()):
            return Verdict("unfaithful", detail="\n".join(s.staged.differs(s.image)) if s.staged else s.said)
        if s.staged and not s.image and s.fewer:
            return Verdict("lenient", detail=s.said)
        if s.key == self.base.key:
            return Verdict("kept") if s.seen() == self.base.seen() else Verdict(
                "unsound", detail="\n".join(s.image.differs(self.base.image)) if s.image and self.base.image else s.said)
        if not s.image and not s.ctx.differs:
            return Verdict("broken" if not s.staged else "unfaithful", detail=s.said)
        if s.seen() != self.base.seen():
            return Verdict("moved")
        return Verdict("imprecise", self.cause(s.name))

    def cause(self, mutant: str) -> str:
        for prefix, cause in self.ctx.causes:
            if prefix == "*" or mutant.startswith(prefix):
                return cause
        return kind_of(mutant)
