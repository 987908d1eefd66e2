#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""hook.py: a receiver of webhooks, on loopback, for tests.

  hook.py LOG PORT_FILE [STATUS[,NAME: VALUE]...]

Writes every request to LOG as a JSON line: method, path, headers in lower case, body as text. The first requests are
answered with the statuses given (and a header), the others with 200."""
import json, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

log, port_file, answers = sys.argv[1], sys.argv[2], sys.argv[3:]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        with open(log, "a", encoding="utf-8") as f:
            headers = {k.lower(): v for k, v in self.headers.items()}
            f.write(json.dumps({"method": self.command, "path": self.path, "headers": headers, "body": body}) + "\n")
        status, _, header = (answers.pop(0) if answers else "200").partition(",")
        self.send_response(int(status))
        if header:
            self.send_header(*header.split(": ", 1))
        self.send_header("Content-Length", "0")
        self.end_headers()


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
Path(port_file + ".new").write_text("%d\n" % server.server_address[1])
Path(port_file + ".new").rename(port_file)
server.serve_forever()
