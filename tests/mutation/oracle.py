# SPDX-License-Identifier: Apache-2.0
"""What an image is: its files and its config, times, history and names of builders aside.

Read from the folders of a storage's overlay driver, so without a line of lockstep's own code.
"""
from __future__ import annotations

import base64
import hashlib
import json
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Listing = dict[bytes, str]
# Written anew, or not at all, by whoever runs a container.
RUNTIME = {b"etc/hosts", b"etc/hostname", b"etc/resolv.conf"}


@dataclass(frozen=True)
class Image:
    files: Listing
    config: dict[str, Any]

    def digest(self) -> str:
        h = hashlib.sha256(json.dumps(self.config, sort_keys=True).encode())
        for path, line in sorted(self.files.items()):
            h.update(path + b"\0" + line.encode() + b"\0")
        return h.hexdigest()

    def differs(self, other: Image) -> list[str]:
        """For people: what is not the same."""
        out = []
        for path in sorted(self.files.keys() | other.files.keys()):
            a, b = self.files.get(path, "-"), other.files.get(path, "-")
            if a != b:
                out.append(f"{os.fsdecode(path)!r}: {a} | {b}")
        for key in sorted(self.config.keys() | other.config.keys()):
            c, d = self.config.get(key), other.config.get(key)
            if c != d:
                out.append(f"config {key}: {c} | {d}")
        return out


def same_config(raw: dict[str, Any]) -> dict[str, Any]:
    config = {k: v for k, v in (raw.get("config") or {}).items() if v not in (None, "", [], {})}
    for name in ("Image", "Hostname", "ArgsEscaped"):
        config.pop(name, None)
    labels = {k: v for k, v in config.pop("Labels", {}).items() if k != "io.buildah.version"}
    if labels:
        config["Labels"] = labels
    for name in ("os", "architecture", "variant", "author"):
        if raw.get(name):
            config[name] = raw[name]
    return config


def describe(path: bytes, st: os.stat_result) -> str:
    kind = stat.S_IFMT(st.st_mode)
    text = f"{oct(st.st_mode)} {st.st_uid}:{st.st_gid}"
    if kind == stat.S_IFREG:
        with open(path, "rb") as f:
            text += f" {st.st_size} {hashlib.sha256(f.read()).hexdigest()}"
    elif kind == stat.S_IFLNK:
        text = f"link {st.st_uid}:{st.st_gid} {os.readlink(path)!r}"
    elif kind in (stat.S_IFCHR, stat.S_IFBLK):
        text += f" {st.st_rdev}"
    for name in sorted(os.listxattr(path, follow_symlinks=False)):
        if ".overlay." not in name and not name.startswith("security.selinux"):
            text += f" {name}={os.getxattr(path, name, follow_symlinks=False).hex()}"
    return text


@dataclass
class Layers:
    """The folders of layers, each read once."""

    known: dict[Path, tuple[Listing, set[bytes], set[bytes]]] = field(default_factory=dict)

    def read(self, top: Path) -> tuple[Listing, set[bytes], set[bytes]]:
        """Entries, what the layer takes away, and folders whose old content it hides."""
        if top in self.known:
            return self.known[top]
        files: Listing = {}
        gone: set[bytes] = set()
        opaque: set[bytes] = set()
        start = os.fsencode(top)
        stack = [b""]
        while stack:
            folder = stack.pop()
            for entry in os.scandir(start + b"/" + folder):
                path = folder + b"/" + entry.name if folder else entry.name
                st = entry.stat(follow_symlinks=False)
                if stat.S_ISCHR(st.st_mode) and st.st_rdev == 0:
                    gone.add(path)
                    continue
                files[path] = describe(entry.path, st)
                if stat.S_ISDIR(st.st_mode):
                    stack.append(path)
                    if any(n.endswith(".overlay.opaque") for n in os.listxattr(entry.path)):
                        opaque.add(path)
        self.known[top] = files, gone, opaque
        return self.known[top]

    def merge(self, folders: list[Path]) -> Listing:
        """folders: lowest first."""
        merged: Listing = {}
        for folder in folders:
            files, gone, opaque = self.read(folder)
            hidden = gone | opaque | {p for p, line in files.items() if not line.startswith("0o40")}
            if hidden:
                merged = {p: line for p, line in merged.items() if not covered(p, hidden)}
            merged.update(files)
        return {p: line for p, line in merged.items() if p not in RUNTIME}


def covered(path: bytes, hidden: set[bytes]) -> bool:
    while path:
        if path in hidden:
            return True
        path = path.rpartition(b"/")[0]
    return False


@dataclass
class ContainersStorage:
    """Images of buildah and podman, below a storage's root, with the overlay driver."""

    root: Path
    layers: Layers = field(default_factory=Layers)
    parents: dict[str, str] = field(default_factory=dict)

    def chain(self, layer: str) -> list[Path]:
        out: list[Path] = []
        while layer:
            if layer not in self.parents:
                for name in ("layers.json", "volatile-layers.json"):
                    path = self.root / "overlay-layers" / name
                    if path.exists():
                        self.parents.update({x["id"]: x.get("parent", "") for x in json.loads(path.read_bytes())})
            out.insert(0, self.root / "overlay" / layer / "diff")
            layer = self.parents[layer]
        return out

    def image(self, image_id: str) -> Image:
        name = image_id.removeprefix("sha256:")
        images = json.loads((self.root / "overlay-images" / "images.json").read_bytes())
        layer = next(x for x in images if x["id"] == name).get("layer", "")
        blob = "=" + base64.b64encode(f"sha256:{name}".encode()).decode()
        raw = json.loads((self.root / "overlay-images" / name / blob).read_bytes())
        return Image(self.layers.merge(self.chain(layer)), same_config(raw))


@dataclass
class DockerStorage:
    """Images of a Docker engine, below its data root, with overlay2."""

    root: Path
    layers: Layers = field(default_factory=Layers)

    def image(self, image_id: str) -> Image:
        db = self.root / "image" / "overlay2"
        raw = json.loads((db / "imagedb/content/sha256" / image_id.removeprefix("sha256:")).read_bytes())
        folders, chain = [], ""
        for diff in raw["rootfs"].get("diff_ids") or []:
            chain = "sha256:" + hashlib.sha256(f"{chain} {diff}".encode()).hexdigest() if chain else diff
            cache = (db / "layerdb/sha256" / chain.removeprefix("sha256:") / "cache-id").read_text()
            folders.append(self.root / "overlay2" / cache / "diff")
        return Image(self.layers.merge(folders), same_config(raw))
