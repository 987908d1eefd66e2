#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""podman_service.py SOCKET COMMAND...: keeps the socket, and a process of that command that serves it (sd_listen_fds(3))."""

import os
import signal
import socket
import sys

FIRST_FD = 3
child = 0


def stop(_signal, _frame):
    if child:
        os.kill(child, signal.SIGTERM)
        os.waitpid(child, 0)
    sys.exit(0)


def serve(listener, command):
    os.dup2(listener.fileno(), FIRST_FD)
    os.set_inheritable(FIRST_FD, True)
    for signo in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signo, signal.SIG_DFL)
    os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
    os.execvp(command[0], command)


def main(path, command):
    global child
    listener = socket.socket(socket.AF_UNIX)
    if os.path.exists(path):
        os.unlink(path)
    listener.bind(path)
    listener.listen(64)
    for signo in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signo, stop)
    while True:
        child = os.fork()
        if not child:
            serve(listener, command)
        os.waitpid(child, 0)
        child = 0


main(sys.argv[1], sys.argv[2:])
