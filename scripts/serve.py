#!/usr/bin/env python3
"""Serves the repository root as a static site. Standard library only.

    python3 scripts/serve.py [PORT] [--host ADDRESS]
"""

import argparse
import os
import posixpath
import sys
import urllib.parse
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

ROOT = os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
NOT_PUBLIC = {"target", "node_modules"}
PORTS_TO_TRY = 50

# Written out, because the machine's own table may say something else (Windows: .js as text/plain).
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".md": "text/markdown; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".ts": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".gguf": "application/octet-stream",
    "": "text/plain; charset=utf-8",
}


def public_file(url_path):
    """The file an URL path names, or None where it names nothing that may be served."""
    path = urllib.parse.unquote(url_path.split("?", 1)[0].split("#", 1)[0], errors="replace")
    if "\0" in path or "\\" in path:
        return None
    names = [name for name in posixpath.normpath(path).split("/") if name]
    if any(name.startswith(".") for name in path.split("/")):
        return None
    if names and names[0].lower() in NOT_PUBLIC:
        return None
    file = os.path.realpath(os.path.join(ROOT, *names))
    # A symbolic link may lead out of the root, a drive letter too.
    if file != ROOT and not file.startswith(ROOT + os.sep):
        return None
    return file


class Handler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def guess_type(self, path):
        return TYPES.get(os.path.splitext(path)[1].lower(), "application/octet-stream")

    def translate_path(self, path):
        return public_file(path) or os.path.join(ROOT, ".git", "no-such-file")

    def list_directory(self, path):
        self.send_error(404, "File not found")

    def end_headers(self):
        # Ask again every time, so that a rebuilt page is seen; an unchanged file costs a 304.
        self.send_header("Cache-Control", "no-cache")
        self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()

    def log_request(self, code="-", size="-"):
        pass

    def log_message(self, format, *args):
        sys.stderr.write("%s  %s\n" % (self.path if hasattr(self, "path") else "-", format % args))


class Server(ThreadingHTTPServer):
    daemon_threads = True
    # Windows lets two servers share a port under this option; elsewhere it only skips the wait after a restart.
    allow_reuse_address = os.name != "nt"

    def handle_error(self, request, client_address):
        # A reader who closes the tab during a download is not news.
        if not isinstance(sys.exc_info()[1], (ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)


def port_number(words):
    number = int(words)
    if not 0 <= number < 65536:
        raise ValueError
    return number


def listen(host, first):
    for port in range(first, min(first + PORTS_TO_TRY, 65536)):
        try:
            return Server((host, port), Handler)
        except PermissionError:
            raise
        except OSError as error:
            problem = error
    raise problem


def main():
    options = argparse.ArgumentParser(description="Serves Fabula on this machine.")
    options.add_argument("port", nargs="?", type=port_number, default=os.environ.get("PORT") or "8000",
                         help="the port, or the first one to try (default 8000, or PORT)")
    options.add_argument("--host", default="127.0.0.1",
                         help="0.0.0.0 lets other machines in, a classroom for example")
    chosen = options.parse_args()
    try:
        server = listen(chosen.host, chosen.port)
    except OSError as error:
        sys.exit("Cannot listen on %s port %d: %s" % (chosen.host, chosen.port, error))
    port = server.server_address[1]
    name = "localhost" if chosen.host in ("127.0.0.1", "0.0.0.0") else chosen.host
    print("Fabula is at http://%s:%d/   (Ctrl-C ends it)" % (name, port), flush=True)
    if chosen.host not in ("127.0.0.1", "localhost"):
        print("Other machines: http://THIS-MACHINE:%d/. Over plain http, browsers other than this machine's do not keep"
              " the model between visits; serve over https for that." % port, flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        print()


if __name__ == "__main__":
    main()
