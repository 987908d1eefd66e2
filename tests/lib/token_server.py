#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""token_server.py FOLDER USER:PASSWORD: a token server for docker-registry, as distribution's token.md has it.

The tokens are signed with FOLDER/server.key, whose certificate the registry trusts. The user may do anything; whoever
gives no name may pull what is below public/. The refresh token of the user is "identity-USER". Every request is a line
in FOLDER/token.requests, without secrets: method, who, scopes. LOCKSTEP_TEST_EXPIRES: seconds that a token lives (300).
"""
import base64
import http.server
import json
import os
import subprocess
import sys
import time
import urllib.parse

FOLDER, USER = sys.argv[1], sys.argv[2]
EXPIRES = int(os.environ.get("LOCKSTEP_TEST_EXPIRES", "300"))


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def certificate():
    pem = open(f"{FOLDER}/server.crt", encoding="ascii").read()
    return "".join(line for line in pem.splitlines() if "-----" not in line)


def sign(claims):
    head = {"typ": "JWT", "alg": "RS256", "x5c": [certificate()]}
    text = b64(json.dumps(head).encode()) + b"." + b64(json.dumps(claims).encode())
    made = subprocess.run(["openssl", "dgst", "-sha256", "-sign", f"{FOLDER}/server.key"], input=text,
                          stdout=subprocess.PIPE, check=True)
    return (text + b"." + b64(made.stdout)).decode()


def granted(scopes, who):
    access = []
    for scope in scopes:
        kind, name, actions = scope.split(":", 2)
        wanted = actions.split(",")
        if not who:
            wanted = [a for a in wanted if a == "pull" and name.startswith("public/")]
        access.append({"type": kind, "name": name, "actions": wanted})
    return access


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def answer(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def give(self, who, service, scopes):
        with open(f"{FOLDER}/token.requests", "a", encoding="utf-8") as log:
            log.write(f"{self.command} {who or '-'} {' '.join(scopes)}\n")
        now = int(time.time())
        token = sign({"iss": "test", "sub": who, "aud": service, "exp": now + EXPIRES, "nbf": now - 10, "iat": now,
                      "jti": os.urandom(8).hex(), "access": granted(scopes, who)})
        # Each of the two spellings has its day, so that both are understood.
        name = "access_token" if self.command == "POST" else "token"
        self.answer(200, {name: token, "expires_in": EXPIRES})

    def do_GET(self):
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
        who = ""
        given = self.headers.get("Authorization", "")
        if given:
            if given != "Basic " + base64.b64encode(USER.encode()).decode():
                self.answer(401, {"errors": [{"code": "UNAUTHORIZED", "message": "wrong name or password"}]})
                return
            who = USER.split(":")[0]
        self.give(who, query.get("service", [""])[0], query.get("scope", []))

    def do_POST(self):
        form = urllib.parse.parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        who = USER.split(":")[0]
        if form.get("grant_type") != ["refresh_token"] or form.get("refresh_token") != ["identity-" + who]:
            self.answer(401, {"errors": [{"code": "UNAUTHORIZED", "message": "wrong refresh token"}]})
            return
        self.give(who, form["service"][0], " ".join(form.get("scope", [])).split())


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(f"listening on 127.0.0.1:{server.server_address[1]}", flush=True)
server.serve_forever()
