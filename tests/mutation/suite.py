#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Does the key move whenever the image does? Asks a real builder; see README.md."""
from __future__ import annotations

import argparse
import json
import random
import re
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import builders
import grammar
from context import Context, Reader, write
from judge import Case, Judge, State, Verdict
from lockstep import Lockstep
from mutants import kind_of, mutants

BAD = ("unsound", "unfaithful", "stale", "unstable")
HERE = Path(__file__).resolve().parent


@dataclass
class Report:
    """What came out, counted. buildah can be given all of the corpus."""

    builder: str
    counts: Counter[str] = field(default_factory=Counter)
    imprecise: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    bad: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def corpus_is_wrong(self, case: str, kind: str) -> bool:
        return not case.startswith("random") and (kind == "no base" or kind == "base refused" and self.builder == "buildah")

    def add(self, case: str, mutant: str, v: Verdict) -> None:
        with self.lock:
            self.counts[v.kind] += 1
            self.kinds[kind_of(mutant)] += 1
            if v.kind == "imprecise":
                self.imprecise[v.cause] += 1
            if v.kind in BAD or self.corpus_is_wrong(case, v.kind):
                self.bad.append(f"{v.kind}: {case}: {mutant}\n" + v.detail)


def corpus(names: list[str], builder: str) -> list[Context]:
    found = [Reader(p).read(builder) for p in sorted((HERE / "cases").glob("*.ctx"))]
    like = {"buildx": "docker", "podman-service": "buildah"}.get(builder, builder)  # the same code
    return [c for c in found if like in c.builders and (not names or c.name in names)]


def choose(ctx: Context, limit: int, seed: int, only: str) -> list[tuple[str, Context]]:
    """All mutants, or so many: one of each kind as far as they go, picked by the seed and the name."""
    every = [m for m in mutants(ctx) if re.search(only, f"{ctx.name}: {m[0]}")]
    if limit and len(every) > limit:
        rng = random.Random(f"{seed} {ctx.name}")
        rng.shuffle(every)
        seen: Counter[str] = Counter()
        rank = {}
        for name, _ in every:
            seen[kind_of(name)] += 1
            rank[name] = seen[kind_of(name)]
        every = sorted(every, key=lambda m: rank[m[0]])[:limit]
    return every


def judge_case(judge: Judge, ctx: Context, chosen: list[tuple[str, Context]], report: Report) -> list[State]:
    """The states that have an image: the base first, then the mutants."""
    case = Case(judge, ctx)
    try:
        wrong = case.sound_base()
        if wrong:
            report.add(ctx.name, "base", wrong)
            return []
        states = [case.base]
        for name, mutant in chosen:
            state = case.state(name, mutant)
            verdict = case.judge(state)
            report.add(ctx.name, name, verdict)
            if judge.verbose:
                print(f"# {ctx.name}: {name}: {verdict.kind} {verdict.cause}", flush=True)
            if verdict.kind == "unsound" and ctx.name.startswith("random"):
                report.bad.append("smallest: " + grammar.show(grammar.shrink(judge, ctx, name)))
            if state.key and state.seen() != "fails":
                states.append(state)
        return states
    finally:
        case.close()


def warm(lockstep: Lockstep, judge: Judge, work: Path, cases: dict[str, list[State]], report: Report) -> None:
    """Each case's states one after the other through `lockstep build`, in one storage with its layers kept."""
    for n in range(max((len(s) for s in cases.values()), default=0)):
        now = {name: states[n] for name, states in cases.items() if n < len(states)}
        for name, state in now.items():
            write(state.ctx, work / name, checkout=False)
            judge.tag(state.ctx)
        images = lockstep.build_graph(work, {name: state.ctx for name, state in now.items()})
        for name, state in now.items():
            if not images[name].startswith("sha256:"):
                report.add(name, state.name, Verdict("stale", detail=f"only `lockstep build` {images[name]}"))
                continue
            got, wanted = judge.builder.warm_image(images[name]), state.wanted()
            verdict = Verdict("warm" if got.digest() == wanted.digest() else "stale",
                              detail="\n".join(got.differs(wanted)))
            report.add(name, state.name, verdict)
            if judge.verbose:
                print(f"# {name}: {state.name}: {verdict.kind}", flush=True)


def parse() -> argparse.Namespace:
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--builder", choices=("buildah", "podman-service", "docker", "docker-classic", "buildx"), default="buildah")
    p.add_argument("--lockstep", required=True)
    p.add_argument("--bin", required=True, type=Path, help="folder with a static busybox as 'sh' and its names")
    p.add_argument("--work", required=True, type=Path)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--mutants", type=int, default=0, help="of each context; 0 = all")
    p.add_argument("--random", type=int, default=0, help="generated contexts")
    p.add_argument("--every", type=int, default=1, help="only every Nth context of the corpus")
    p.add_argument("--only", default="", metavar="REGEX", help="only mutants that match as \"CASE: MUTANT\"")
    p.add_argument("--jobs", type=int, default=2)
    p.add_argument("--warm", action="store_true", help="also build all with `lockstep build` and its layer cache")
    p.add_argument("--blind", default="", help="leave records of this kind out of keys: must be found unsound")
    p.add_argument("--verbose", action="store_true")
    p.add_argument("case", nargs="*")
    return p.parse_args()


def main() -> int:
    o = parse()
    started = time.monotonic()
    lockstep = Lockstep(o.lockstep, o.builder)
    builder = {"buildah": builders.Buildah, "podman-service": builders.PodmanService, "buildx": builders.Buildx}.get(o.builder, lambda: builders.Docker(o.builder))()
    builder.prepare(o.bin)
    judge = Judge(builder, lockstep, o.work, o.blind, o.verbose)
    contexts = corpus(o.case, o.builder)[::o.every]
    contexts += [grammar.context(o.seed * 1000 + n, o.builder) for n in range(o.random)]
    report = Report(o.builder)
    with ThreadPoolExecutor(o.jobs) as pool:
        done = list(pool.map(lambda c: judge_case(judge, c, choose(c, o.mutants, o.seed, o.only), report), contexts))
    if o.warm:
        states = {c.name: s for c, s in zip(contexts, done) if s}
        with tempfile.TemporaryDirectory(dir=o.work) as tmp:
            warm(lockstep, judge, Path(tmp), states, report)
    for text in report.bad:
        print(text)
    print(json.dumps({"builder": o.builder, "contexts": len(contexts), "seed": o.seed,
                      "builds": judge.builds, "seconds": round(time.monotonic() - started),
                      "verdicts": dict(sorted(report.counts.items())),
                      "imprecise": dict(report.imprecise.most_common()),
                      "mutants": dict(sorted(report.kinds.items()))}, indent=2))
    return 1 if report.bad or not report.counts["moved"] else 0


if __name__ == "__main__":
    sys.exit(main())
