#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""engine_relay.py FOLDER SOCKET [CERTS]: a relay on FOLDER/relay.sock in front of an engine's socket, which breaks off
on demand. With the folder CERTS (server.crt, server.key, ca.crt) it speaks TLS instead, on the port of 127.0.0.1 that is
in FOLDER/port, with those who have a certificate of that CA.

An answer in which the bytes of FOLDER/cut occur (read at every connection) is passed on up to them, and then the
connection is closed on both sides. Without that file all is passed on.
"""
import os
import socket
import ssl
import sys
import threading

FOLDER, UPSTREAM = sys.argv[1:3]


def forget(*ends):
    for end in ends:
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def copy(source, target, cut):
    seen = b""
    while True:
        try:
            data = source.recv(65536)
        except OSError:
            data = b""
        seen += data if cut else b""
        broken = cut and cut in seen
        try:
            target.sendall(data[: data.find(cut)] if broken and cut in data else data)
        except OSError:
            data = b""
        if broken or not data:
            forget(source, target)
            return


def serve(client):
    try:
        with open(f"{FOLDER}/cut", "rb") as file:
            cut = file.read().strip()
    except FileNotFoundError:
        cut = b""
    engine = socket.socket(socket.AF_UNIX)
    engine.connect(UPSTREAM)
    up = threading.Thread(target=copy, args=(client, engine, b""))
    up.start()
    copy(engine, client, cut)
    up.join()
    client.close()
    engine.close()


def serve_tls(client, context):
    try:
        serve(context.wrap_socket(client, server_side=True))
    except OSError:
        client.close()


def listen_tls(certs):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{certs}/server.crt", f"{certs}/server.key")
    context.load_verify_locations(f"{certs}/ca.crt")
    context.verify_mode = ssl.CERT_REQUIRED
    listener = socket.create_server(("127.0.0.1", 0))
    with open(f"{FOLDER}/port.new", "w", encoding="ascii") as file:
        file.write(str(listener.getsockname()[1]))
    os.rename(f"{FOLDER}/port.new", f"{FOLDER}/port")
    while True:
        threading.Thread(target=serve_tls, args=(listener.accept()[0], context), daemon=True).start()


def main():
    if len(sys.argv) > 3:
        listen_tls(sys.argv[3])
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(f"{FOLDER}/new.sock")
    listener.listen()
    os.rename(f"{FOLDER}/new.sock", f"{FOLDER}/relay.sock")
    while True:
        threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()


main()
