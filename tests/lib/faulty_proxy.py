#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""faulty_proxy.py FOLDER UPSTREAM_PORT: a proxy on loopback in front of a registry, which fails on demand.

FOLDER/faults has a line for each fault, read again at every request: METHOD PATH_PATTERN TIMES FAULT. The first line
that fits (the pattern is a regular expression, METHOD may be *) and was used less than TIMES times (0: no limit) is
played; else the request goes to the registry. Faults:

    status CODE [HEADER: VALUE]   answers that
    close                         closes without an answer
    half                          sends half of the registry's answer, then closes
    lost                          the registry does what is asked, but nobody hears of it
    slow SECONDS                  waits before it answers
    digest                        names another digest, and changes a byte of the body
    endless                       a body without end

FOLDER/requests gets a line a request: METHOD PATH and the fault, or what the registry answered.
"""
import http.client
import http.server
import re
import sys
import threading
import time

FOLDER, UPSTREAM = sys.argv[1], int(sys.argv[2])
LOCK = threading.Lock()
USED = {}


def choose(method, path):
    try:
        with open(f"{FOLDER}/faults", encoding="utf-8") as lines:
            faults = [line.split(None, 3) for line in lines if line.strip()]
    except FileNotFoundError:
        return None
    with LOCK:
        for number, (wanted, pattern, times, fault) in enumerate(faults):
            key = (number, wanted, pattern, fault)
            if wanted not in ("*", method) or not re.search(pattern, path):
                continue
            if int(times) and USED.get(key, 0) >= int(times):
                continue
            USED[key] = USED.get(key, 0) + 1
            return fault.split(None, 1) + [""]
    return None


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def note(self, what):
        with LOCK, open(f"{FOLDER}/requests", "a", encoding="utf-8") as log:
            log.write(f"{self.command} {self.path} {what}\n")

    def body(self):
        if self.headers.get("Transfer-Encoding", "") == "chunked":
            data = b""
            while size := int(self.rfile.readline(), 16):
                data += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return data
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def upstream(self, data):
        there = http.client.HTTPConnection("127.0.0.1", UPSTREAM)
        headers = {}
        for name, value in self.headers.items():  # Accept may come several times
            if name.lower() not in ("transfer-encoding", "content-length"):
                headers[name] = f"{headers[name]}, {value}" if name in headers else value
        there.request(self.command, self.path, data or (b"" if self.command in ("POST", "PUT", "PATCH") else None),
                      headers)
        answer = there.getresponse()
        return answer.status, answer.getheaders(), answer.read()

    def give(self, status, headers, data, sent=None):
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in ("transfer-encoding", "content-length", "connection"):
                self.send_header(name, value)
        length = [v for k, v in headers if k.lower() == "content-length"]
        self.send_header("Content-Length", length[0] if self.command == "HEAD" and length else str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data if sent is None else data[:sent])

    def endless(self):
        self.send_response_only(200)
        self.send_header("Content-Type", "application/vnd.oci.image.manifest.v1+json")
        self.end_headers()
        while True:
            self.wfile.write(b" " * 65536)

    def play(self):
        data = self.body()
        fault = choose(self.command, self.path)
        kind, more = (fault[0], fault[1]) if fault else ("", "")
        if kind == "status":
            code, *header = more.strip().split(None, 1)
            self.note(code)
            self.give(int(code), [tuple(header[0].split(": ", 1))] if header else [], b"")
            return
        if kind == "slow":
            time.sleep(float(more))
        if kind in ("close", "endless"):
            self.note(kind)
            self.close_connection = True
            if kind == "endless":
                self.endless()
            return
        status, headers, answer = self.upstream(data)
        self.note(kind or status)
        if kind == "digest":
            other = "sha256:" + "0" * 64
            headers = [(k, other if k.lower() == "docker-content-digest" else v) for k, v in headers]
            answer = answer[:-1] + b" "
        self.close_connection = kind in ("half", "lost")
        if kind != "lost":
            self.give(status, headers, answer, len(answer) // 2 if kind == "half" else None)

    def handle(self):
        try:
            super().handle()
        except (BrokenPipeError, ConnectionResetError):
            pass

    do_GET = do_HEAD = do_PUT = do_POST = do_PATCH = do_DELETE = play


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


server = Server(("127.0.0.1", 0), Handler)
print(f"listening on 127.0.0.1:{server.server_address[1]}", flush=True)
server.serve_forever()
