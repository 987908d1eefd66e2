# SPDX-License-Identifier: Apache-2.0
"""The program under test: keys, stages, and whole builds of a graph of contexts."""
from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from context import Context


class Refused(Exception):
    """lockstep says that this cannot be built; nothing can be stale then."""


@dataclass
class Lockstep:
    program: str
    builder: str

    def call(self, argv: list[str], status: tuple[int, ...] = (0,)) -> bytes:
        done = subprocess.run([self.program, *argv], capture_output=True, check=False)
        if done.returncode in status:
            return done.stdout
        text = done.stderr.decode(errors="replace")
        if done.returncode not in (2, 4):  # anything else is a fault of the machine or a crash
            raise RuntimeError(f"{argv}: status {done.returncode}: {text}")
        raise Refused(text)

    def form(self, ctx: Context, root: Path) -> list[str]:
        out = ["-f", os.fsdecode(os.fsencode(root) + b"/" + ctx.dockerfile), str(root), f"--builder={self.builder}"]
        out += [f"--build-arg={n}={v}" for n, v in ctx.args]
        return out + ([f"--target={ctx.target}"] if ctx.target else [])

    def canonical(self, ctx: Context, root: Path) -> bytes:
        return self.call(["inputs", "--canonical", *self.form(ctx, root)])

    def stage(self, ctx: Context, root: Path, into: Path) -> list[str]:
        """The further contexts that a build of the stage needs."""
        shutil.rmtree(into, ignore_errors=True)
        return json.loads(self.call(["stage", "--json", "--into", str(into), *self.form(ctx, root)]))["contexts"]

    def build_graph(self, top: Path, contexts: dict[str, Context]) -> dict[str, str]:
        """Builds the graph of these contexts, each in the folder of its name: name → image ID, or why there is none."""
        images = {}
        for name, ctx in contexts.items():
            images[name] = {"context": name, "dockerfile": os.fsdecode(ctx.dockerfile),
                            "args": {n: v.replace("$", "$$") for n, v in ctx.args}}
            if ctx.target:
                images[name]["target"] = ctx.target
            if self.builder.startswith("docker"):  # the engine of scripts/lib/dockerd.sh has no bridge
                images[name]["network"] = "none"
        graph = {"version": 1, "registry": "localhost/graph", "builder": self.builder, "images": images}
        (top / "lockstep.json").write_text(json.dumps(graph))
        out = json.loads(self.call(["build", "--json", "--keep-going", "-j2", "-C", str(top)], (0, 1)))
        return {x["image"]: x.get("image_id") or "failed: " + x.get("message", "") for x in out["images"]}
