"""The server of the made-up web: nginx with Lua, because a server that is slower than its clients measures itself.

On Debian: apt-get install nginx libnginx-mod-http-lua
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.kit.web import PORT, TLS_PORT

HERE = Path(__file__).parent
MODULES = Path("/usr/lib/nginx/modules")
LUA = "ngx_http_lua_module.so"
_STARTS_WITHIN = 10.0  # seconds

_CONFIGURATION = """
load_module {modules}/ndk_http_module.so;
load_module {modules}/{lua};
daemon off;
{user}
worker_processes 1;
{affinity}
worker_rlimit_nofile {files};
pid {folder}/nginx.pid;
error_log {folder}/error.log error;
events {{ worker_connections {connections}; }}
http {{
  log_format asked '$msec $request_time $remote_addr $server_addr $uri';
  access_log {log};
  keepalive_timeout 60;
  keepalive_requests 1000000;
  default_type text/html;
  lua_package_path "{here}/?.lua;/usr/share/lua/5.1/?.lua;;";
  client_body_temp_path {folder}/tmp1; proxy_temp_path {folder}/tmp2; fastcgi_temp_path {folder}/tmp3;
  uwsgi_temp_path {folder}/tmp4; scgi_temp_path {folder}/tmp5;
  init_by_lua_block {{ server = require "server" }}
  server {{
    listen 0.0.0.0:{port} backlog=4096;
    {tls}
    location /lists/ {{ alias {lists}/; }}
    location = /robots.txt {{ return 200 "User-agent: *\\nDisallow:\\n"; }}
    location = / {{ return 200 "<!doctype html><title>A garden</title><h1>Welcome</h1><p>Opening hours, a map and our news.</p>"; }}
    location / {{ content_by_lua_block {{ server.answer() }} }}
  }}
}}
"""


def why_not() -> str:
    """What is missing to serve; "" when nothing is."""
    if shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin") and (MODULES / LUA).exists():
        return ""
    return "nginx with Lua is missing. On Debian: apt-get install nginx libnginx-mod-http-lua"


@contextmanager
def serving(
    lists: Path, folder: Path, *, certificate: Path | None = None, key: Path | None = None, log: Path | None = None
) -> Iterator[None]:
    """Serve while the block runs.

    :param lists: what is served below /lists/.
    :param folder: for the server's own files.
    :param log: where it notes when each request ended, how long it took, who asked which of its addresses, and for what.
    """
    tls = f"listen 0.0.0.0:{TLS_PORT} ssl backlog=4096; ssl_certificate {certificate}; ssl_certificate_key {key};" if certificate else ""
    cores = os.cpu_count() or 1
    settings = _CONFIGURATION.format(
        modules=MODULES,
        lua=LUA,
        folder=folder,
        here=HERE,
        lists=lists,
        port=PORT,
        tls=tls,
        log=f"{log} asked" if log else "off",
        files=20_000,
        connections=19_000,
        user="user root;" if os.getuid() == 0 else "",
        affinity=f"worker_cpu_affinity 1{'0' * (cores - 1)};" if cores > 1 else "",
    )
    (folder / "nginx.conf").write_text(settings, "utf-8")
    program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin") or "nginx"
    command = [program, "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")]
    server = subprocess.Popen(command)
    try:
        _wait_for(server, folder)
        yield
    finally:
        server.terminate()
        server.wait()


def _wait_for(server: subprocess.Popen[bytes], folder: Path) -> None:
    until = time.monotonic() + _STARTS_WITHIN
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/", timeout=1) as answer:
                if b"garden" in answer.read():
                    return
        except (OSError, urllib.error.URLError):
            time.sleep(0.1)
    log = folder / "error.log"
    sys.exit(f"nginx does not serve: {log.read_text('utf-8', 'replace')[-500:] if log.exists() else 'it wrote no log'}")
