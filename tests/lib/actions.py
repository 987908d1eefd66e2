#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""actions.py: what GitHub Actions does with a repository_dispatch, for tests.

  actions.py --github URL --git FOLDER --token T --work FOLDER [--api URL] [--secret NAME=VALUE]... [--watch]

The stand-in for GitHub (github.py) at URL knows which events there were, and FOLDER has its repositories. Each event
starts the workflows on the default branch that listen to it, and each of their jobs gets a machine that has never seen
anything: a home, a shallow clone, the event in a file, a token; then its steps, in bash. Jobs run one after the other.
Without --watch: those that have not come to an end yet, because there was none to run them, or it was killed, and those
that failed (somebody presses "Re-run failed jobs"). The exit status is that of the last job that failed.

WORK has a folder for each event, counted from 1: log, what the steps said; summary; status, once there is one.
"""
import argparse, json, os, re, shutil, subprocess, sys, time, urllib.request
from pathlib import Path

import yaml

HANDED_ON = ("PATH", "TMPDIR", "LANG", "LSAN_OPTIONS", "ASAN_OPTIONS", "UBSAN_OPTIONS", "SSL_CERT_FILE", "LOCKSTEP_FAULT",
             "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM")


class Job:
    """One job of one workflow, for one event."""

    def __init__(self, args, event, folder, log):
        self.args, self.event, self.folder, self.log = args, event, folder, log
        self.outputs = {}
        self.workspace = folder / "workspace"
        payload = {"action": event["event_type"], "client_payload": event["client_payload"],
                   "repository": {"full_name": event["repository"]}}
        (folder / "event.json").write_text(json.dumps(payload))
        self.env = {name: os.environ[name] for name in HANDED_ON if name in os.environ}
        self.env.update({
            "CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "repository_dispatch", "GITHUB_JOB": "bump",
            "GITHUB_EVENT_PATH": str(folder / "event.json"), "GITHUB_REPOSITORY": event["repository"],
            "GITHUB_API_URL": args.api or args.github, "GITHUB_SERVER_URL": args.github, "GITHUB_RUN_ID": folder.name,
            "GITHUB_STEP_SUMMARY": str(folder / "summary"), "GITHUB_WORKSPACE": str(self.workspace),
            "HOME": str(folder / "home"), "RUNNER_TEMP": str(folder / "temp")})

    def expand(self, text):
        """${{ }}: the few contexts that the workflows of docs/ use; any other is a mistake in the workflow."""
        known = {"github.token": self.args.token, "github.repository": self.event["repository"], **self.outputs}
        known.update({"secrets." + k: v for k, v in self.args.secrets.items()})
        known.setdefault("secrets.GITHUB_TOKEN", self.args.token)

        def value(m):
            if m[1].startswith("vars."):
                return m[1]
            if m[1] not in known:
                raise SystemExit("actions.py: the workflow wants '%s'" % m[1])
            return known[m[1]]
        return re.sub(r"\$\{\{ *(.*?) *\}\}", value, str(text))

    def run(self, job):
        for name in ("home", "temp"):
            (self.folder / name).mkdir()
        for step in job["steps"]:
            status = self.use(step) if "uses" in step else self.shell(job, step)
            if status:
                return status
        return 0

    def use(self, step):
        action = step["uses"].split("@")[0]
        if action == "actions/create-github-app-token":
            self.outputs["steps.%s.outputs.token" % step["id"]] = self.args.token
            return 0
        if action != "actions/checkout":
            raise SystemExit("actions.py: the workflow uses '%s'" % action)
        url = "file://%s/%s.git" % (self.args.git, self.event["repository"])
        clone = ["git", "clone", "-q", "--depth", "1", url, str(self.workspace)]
        origin = ["git", "-C", str(self.workspace), "remote", "set-url", "origin", "%s/%s.git" % (self.args.github, self.event["repository"])]
        return self.start(clone) or self.start(origin)

    def shell(self, job, step):
        env = {k: self.expand(v) for k, v in {**job.get("env", {}), **step.get("env", {})}.items()}
        return self.start(["bash", "-e", "-o", "pipefail", "-c", self.expand(step["run"])], env, self.workspace)

    def start(self, argv, env=None, cwd=None):
        r = subprocess.run(argv, env={**self.env, **(env or {})}, cwd=cwd, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        return r.returncode if r.returncode >= 0 else 128 - r.returncode


def workflows(git, event):
    """Those of the default branch that listen."""
    def show(*what):
        r = subprocess.run(["git", "--git-dir", "%s/%s.git" % (git, event["repository"]), *what], capture_output=True, check=False)
        return r.stdout.decode() if r.returncode == 0 else ""

    for path in show("ls-tree", "--name-only", "HEAD", ".github/workflows/").split():
        workflow = yaml.load(show("show", "HEAD:" + path), Loader=yaml.BaseLoader) # which reads `on` as text
        listens = workflow["on"].get("repository_dispatch") if isinstance(workflow["on"], dict) else None
        if listens is not None and event["event_type"] in (listens or {}).get("types", [event["event_type"]]):
            yield workflow


def handle(args, number, event):
    folder = args.work / str(number)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    status = 0
    with open(folder / "log", "wb") as log:
        for workflow in workflows(args.git, event):
            for job in workflow["jobs"].values():
                status = Job(args, event, folder, log).run(job) or status
    shutil.rmtree(folder / "home", ignore_errors=True)
    (folder / "status.new").write_text("%d\n" % status)
    (folder / "status.new").rename(folder / "status")
    return status


def status_of(args, number):
    path = args.work / str(number) / "status"
    return int(path.read_text()) if path.exists() else None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--github", required=True)
    parser.add_argument("--git", required=True)
    parser.add_argument("--token", required=True)
    parser.add_argument("--work", required=True, type=lambda x: Path(x).resolve())
    parser.add_argument("--api")
    parser.add_argument("--secret", action="append", default=[])
    parser.add_argument("--watch", action="store_true")
    args = parser.parse_args()
    args.secrets = dict(x.split("=", 1) for x in args.secret)
    last = 0
    while True:
        with urllib.request.urlopen(args.github + "/_control/state") as answer:
            events = json.load(answer)["events"]
        for number, event in enumerate(events, 1):
            known = status_of(args, number)
            if known is None or known and not args.watch:
                last = handle(args, number, event) or last
        if not args.watch:
            return last
        time.sleep(0.2)


sys.exit(main())
