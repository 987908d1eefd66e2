# SPDX-License-Identifier: Apache-2.0
"""The real builders, without their caches, and the base images that contexts stand on."""
from __future__ import annotations

import hashlib
import os
import re
import subprocess
import tempfile
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Protocol

from context import Context
from oracle import ContainersStorage, DockerStorage, Image

# The bases: all of a static busybox, so that RUN works. Each is built once.
PLAIN = "FROM scratch\nCOPY bin /bin\nENV PATH=/bin\n"
BASES = {
    "plain": PLAIN,
    "other": PLAIN + "COPY bin/sh /etc/other\n",
    "config": PLAIN + "ENV VER=2\n",
    "env": PLAIN + "ENV VER=1 DIR=d\nWORKDIR /w\nUSER 7:8\nLABEL l=base\nVOLUME /vol\nEXPOSE 80\n",
    "onbuild": PLAIN + "ONBUILD COPY trig* /triggered/\n",
    "onbuild-run": PLAIN + "ONBUILD ARG T=1\nONBUILD RUN echo $T >/t\n",
    # What these mean is for the context to say.
    "onbuild-images": PLAIN + "ONBUILD COPY --from=localhost/bases/onbuild-copied:1 / /copied/\n"
                              "ONBUILD RUN --mount=from=localhost/bases/onbuild-mounted:1,target=/m ls -R /m/etc >/listed || true\n",
}


class Failed(Exception):
    """A build that the builder refused, with what it said."""


class Builder(Protocol):
    name: str

    def prepare(self, bin_dir: Path) -> None: ...
    def tag(self, base: str, ref: str) -> None: ...
    def build(self, root: Path, dockerfile: Path, ctx: Context, staged: bool) -> Image: ...
    def warm_image(self, image_id: str) -> Image: ...  # that `lockstep build` made


def run(argv: list[str], **env: str) -> str:
    done = subprocess.run(argv, capture_output=True, env={**os.environ, **env} if env else None, check=False)
    if done.returncode:
        raise Failed(f"{' '.join(argv)}: {done.stderr.decode(errors='replace')[-2000:]}")
    return done.stdout.decode()


def build_args(ctx: Context) -> list[str]:
    return [f"--build-arg={n}={v}" for n, v in ctx.args] + [f"--build-context={c}" for c in ctx.contexts]


@dataclass
class Buildah:
    name: str = "buildah"
    format: str = "oci"
    ids: dict[str, str] = field(default_factory=dict)
    storage: ContainersStorage = field(init=False)

    def prepare(self, bin_dir: Path) -> None:
        self.storage = ContainersStorage(Path(run(["buildah", "info", "--format", "{{.store.GraphRoot}}"]).strip()))
        for base, text in BASES.items():
            dockerfile = bin_dir.parent / "Dockerfile"
            dockerfile.write_text(text)
            # docker's format keeps ONBUILD, which OCI's has no place for.
            run(["buildah", "bud", "--layers", "--format=docker", "--timestamp=0", "-q", f"-t=localhost/bases/{base}:1",
                 f"-f={dockerfile}", str(bin_dir.parent)])
            self.ids[base] = run(["buildah", "images", "-q", "--no-trunc", f"localhost/bases/{base}:1"]).strip()

    def tag(self, base: str, ref: str) -> None:
        run(["buildah", "tag", self.ids[base], ref])

    def build(self, root: Path, dockerfile: Path, ctx: Context, staged: bool) -> Image:
        with tempfile.NamedTemporaryFile() as iid:
            # The folders of VOLUME and WORKDIR are only sure to be made where each instruction is a layer, and only
            # between layers are all times the epoch.
            shape = ["--layers=false"]
            if ctx.layers or re.search("VOLUME|WORKDIR", ctx.text(), re.I):
                shape = ["--layers", "--no-cache", "--force-rm", "--timestamp=0"]
            argv = ["buildah", "bud", *shape, "--pull-never", f"--format={self.format}", f"--iidfile={iid.name}",
                    f"-f={os.fspath(dockerfile)}", *build_args(ctx)]
            if staged:
                argv.append("--ignorefile=/dev/null")
            elif ctx.target:
                argv.append(f"--target={ctx.target}")
            run([*argv, os.fspath(root)])
            return self.storage.image(Path(iid.name).read_text())

    @cached_property
    def warm_storage(self) -> ContainersStorage:
        return ContainersStorage(Path(os.environ["LOCKSTEP_STATE"]) / "storage")

    def warm_image(self, image_id: str) -> Image:
        return self.warm_storage.image(image_id)


@dataclass
class PodmanService(Buildah):
    """The service at $CONTAINER_HOST, which builds with buildah's code, in the storage that buildah has here."""

    name: str = "podman-service"
    format: str = "docker"

    def warm_image(self, image_id: str) -> Image:
        return self.storage.image(image_id)


@dataclass
class Docker:
    """The engine at $DOCKER_HOST, with BuildKit ("docker") or with its first builder ("docker-classic")."""

    name: str = "docker"
    ids: dict[str, str] = field(default_factory=dict)  # of the bases, which buildah's storage holds as well
    storage: DockerStorage = field(init=False)

    def prepare(self, bin_dir: Path) -> None:
        self.docker = os.environ.get("DOCKER", "docker")
        self.storage = DockerStorage(Path(run([self.docker, "info", "--format", "{{.DockerRootDir}}"]).strip()))
        archive = bin_dir.parent / "base.tar"
        for base, text in BASES.items():
            ref = f"localhost/bases/{base}:1"
            dockerfile = bin_dir.parent / "Dockerfile"
            dockerfile.write_text(text)
            self.call(["build", "-q", "--network=none", f"-t={ref}", f"-f={dockerfile}", str(bin_dir.parent)])
            self.ids[base] = self.call(["inspect", "--format", "{{.Id}}", ref]).strip()
            self.call(["save", f"-o={archive}", ref])
            run(["buildah", "pull", "-q", f"docker-archive:{archive}"])

    def call(self, argv: list[str]) -> str:
        return run([self.docker, *argv], DOCKER_BUILDKIT="0" if self.name == "docker-classic" else "1")

    def tag(self, base: str, ref: str) -> None:
        self.call(["tag", f"localhost/bases/{base}:1", ref])
        run(["buildah", "tag", self.ids[base].removeprefix("sha256:"), ref])

    def named(self, dockerfile: Path) -> Path:
        """The staged Dockerfile with the bases by name; lockstep would tag them itself."""
        text = dockerfile.read_bytes()
        for base, image_id in self.ids.items():
            named = image_id.removeprefix("sha256:").encode()
            text = re.sub(rb"(lockstep.invalid/id:)?" + named, f"localhost/bases/{base}:1".encode(), text)
        out = dockerfile.with_name("Dockerfile.named")
        out.write_bytes(text)
        beside = dockerfile.with_name("Dockerfile.dockerignore")
        if beside.exists():  # else BuildKit would heed the one in the context
            beside.rename(dockerfile.with_name("Dockerfile.named.dockerignore"))
        return out

    def build(self, root: Path, dockerfile: Path, ctx: Context, staged: bool) -> Image:
        with tempfile.TemporaryDirectory() as tmp:
            if staged:
                dockerfile = self.named(dockerfile)
            argv = ["build", "--no-cache", "--network=none", f"--iidfile={tmp}/iid", f"-f={os.fspath(dockerfile)}",
                    *build_args(ctx)]
            if ctx.target and not staged:
                argv.append(f"--target={ctx.target}")
            self.call([*argv, os.fspath(root)])
            return self.storage.image(Path(f"{tmp}/iid").read_text())

    def warm_image(self, image_id: str) -> Image:
        return self.storage.image(image_id)  # in the engine, too, with what the suite left in its cache


@dataclass
class Buildx(Buildah):
    """The builder of $BUILDX; bases, and what it sends back, are in buildah's storage as well."""

    name: str = "buildx"
    layouts: dict[str, str] = field(default_factory=dict)  # places of named contexts, by what they are called

    def prepare(self, bin_dir: Path) -> None:
        super().prepare(bin_dir)
        for base, image_id in self.ids.items():
            place = layout(f"containers-storage:localhost/bases/{base}:1", bin_dir.parent / "layouts" / base)
            self.layouts[f"localhost/bases/{base}:1"] = place
            self.layouts[f"lockstep.invalid/id:{image_id.removeprefix('sha256:')}"] = place

    def tag(self, base: str, ref: str) -> None:
        super().tag(base, ref)
        self.layouts[ref] = self.layouts[f"localhost/bases/{base}:1"]

    def build(self, root: Path, dockerfile: Path, ctx: Context, staged: bool) -> Image:
        places = dict(self.layouts)
        for context in ctx.contexts:
            name, place = context.split("=", 1)
            places[name] = places[place.removeprefix("docker-image://")]
        with tempfile.TemporaryDirectory() as tmp:
            argv = [os.environ["BUILDX"], "build", "--no-cache", "--progress=plain", "--provenance=false",
                    f"--iidfile={tmp}/iid", f"--output=type=oci,tar=false,dest={tmp}/out", f"-f={os.fspath(dockerfile)}",
                    *(f"--build-arg={n}={v}" for n, v in ctx.args),
                    *(f"--build-context={n}={p}" for n, p in places.items())]
            if ctx.target and not staged:
                argv.append(f"--target={ctx.target}")
            run([*argv, os.fspath(root)])
            return self.load(Path(f"{tmp}/out"), Path(f"{tmp}/iid").read_text())

    def load(self, folder: Path, image_id: str) -> Image:
        """image_id: of an OCI layout."""
        run(["skopeo", "copy", "-q", f"oci:{folder}", f"containers-storage:localhost/sent:{image_id.removeprefix('sha256:')}"])
        return self.storage.image(image_id)

    def warm_image(self, image_id: str) -> Image:
        return self.load(Path(os.environ["LOCKSTEP_STATE"]) / "oci" / "images" / image_id.removeprefix("sha256:"), image_id)


def layout(source: str, to: Path) -> str:
    """An OCI layout of an image as it is: skopeo itself would write a config without ONBUILD."""
    blobs = to / "blobs" / "sha256"
    blobs.mkdir(parents=True)
    run(["skopeo", "copy", "-q", source, f"dir:{to}/dir"])
    manifest = (to / "dir" / "manifest.json").read_bytes()
    for path in (to / "dir").iterdir():
        path.rename(blobs / path.name)
    digest = hashlib.sha256(manifest).hexdigest()
    (blobs / digest).write_bytes(manifest)
    return f"oci-layout://{to}@sha256:{digest}"
