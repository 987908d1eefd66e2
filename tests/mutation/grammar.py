# SPDX-License-Identifier: Apache-2.0
"""Random small contexts, the same for the same seed, and how to make a failing one smaller."""
from __future__ import annotations

import random
from typing import TYPE_CHECKING

from context import Context, Entry, show as show_path

if TYPE_CHECKING:
    from judge import Judge

NAMES = ["a", "b.txt", "c.txt", ".dot", "sub/d", "sub/e.txt", "sub/deep/f", "x/y/z", "sp ace"]
PATTERNS = ["*.txt", "sub", "sub/*", "**/*.txt", "!sub/d", "!b.txt", "x/**", "!**/z", "?", "[ab]*", "*/deep", "a"]
SOURCES = ["a", "b.txt", "sub", "sub/", "./x", "*.txt", "sub/*", "s*/d", "[a-c]*", ".", "/a", "$V", "${V:-a}", "x/../a"]


def file_map(rng: random.Random) -> dict[bytes, Entry]:
    entries = {name.encode(): Entry("file", name.encode() + b"\n", 0o755 if rng.random() < .2 else 0o644)
               for name in NAMES if rng.random() < .8}
    if rng.random() < .4:
        entries[b"link"] = Entry("link", rng.choice([b"a", b"sub", b"nowhere", b"x/y"]))
    if rng.random() < .3:
        entries[b"sub/inner"] = Entry("link", rng.choice([b"../a", b"d", b"gone"]))
    if rng.random() < .5:
        lines = rng.sample(PATTERNS, rng.randint(1, 4))
        name = rng.choice([b".dockerignore"] * 3 + [b".containerignore", b"Dockerfile.dockerignore"])
        entries[name] = Entry("file", "".join(x + "\n" for x in lines).encode())
    return entries


def instruction(rng: random.Random, stages: list[str]) -> str:
    source, flag = rng.choice(SOURCES), rng.choice(["", "", "", "--chown=3:4 ", "--chmod=600 "])
    if " " in source:
        source = "a"
    choices = [f"COPY {flag}{source} /d{rng.randint(0, 3)}/"] * 6 + [
        f"ENV E{rng.randint(0, 2)}=$V-{rng.randint(0, 2)}", "LABEL l=${E0:-none}", "WORKDIR /w/$E1", "USER 5", "EXPOSE 80",
        "ARG V", "ARG V=c.txt", "VOLUME /v", 'CMD ["/bin/sh"]', "ENTRYPOINT x", "ADD a /added", "STOPSIGNAL 9",
        "ONBUILD COPY a /later", "ARG UNUSED=1"]
    if stages:
        choices += [f"COPY --from={rng.choice(stages)} / /s/"] * 3
    return rng.choice(choices)


def context(seed: int, builder: str) -> Context:
    rng = random.Random(f"{seed}")
    lines, names = ["ARG V=b.txt"] if rng.random() < .3 else [], []
    for n in range(rng.randint(1, 3)):
        base = rng.choice(["scratch", *(x for x in names if not x.isdigit())])
        name = f" AS s{n}" if rng.random() < .7 else ""
        lines.append(f"FROM {base}{name}")
        lines += [instruction(rng, names) for _ in range(rng.randint(1, 4))]
        names.append(f"s{n}" if name else str(n))
    lines.append("COPY [ab]* /some/")
    entries = {b"a": Entry("file", b"a\n"), **file_map(rng), b"Dockerfile": Entry("file", "".join(
        x + "\n" for x in lines).encode())}
    ctx = Context(f"random-{seed}", {}, builders=(builder,))
    for path, entry in entries.items():
        ctx = ctx.with_entry(path, entry)
    return ctx


def smaller(ctx: Context) -> list[Context]:
    """Each with one file or one line less."""
    out = [ctx.with_entry(p, None) for p in ctx.entries if p != ctx.dockerfile]
    lines = ctx.text().splitlines(keepends=True)
    return out + [ctx.with_text("".join(lines[:n] + lines[n + 1:])) for n in range(len(lines))]


def shrink(judge: Judge, ctx: Context, mutant: str) -> Context:
    """The smallest context in which the same change is unsound still."""
    from judge import Case
    from mutants import mutants

    def unsound(c: Context) -> bool:
        changed = dict(mutants(c)).get(mutant)
        if changed is None:
            return False
        case = Case(judge, c)
        try:
            return bool(case.base.key) and case.judge(case.state(mutant, changed)).kind == "unsound"
        finally:
            case.close()

    again = True
    while again:
        again = False
        for c in smaller(ctx):
            if unsound(c):
                ctx, again = c, True
                break
    return ctx


def show(ctx: Context) -> str:
    out = f"{ctx.name} args={ctx.args} target={ctx.target!r}\n"
    for path, e in sorted(ctx.entries.items()):
        out += f"== {show_path(path)} {e.kind} {oct(e.mode)}\n{e.data.decode(errors='replace')}\n"
    return out
