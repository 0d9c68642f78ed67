"""A pywb server on loopback. Run as a program, by the Python of pywb's own environment: `python pywb_server.py FOLDER < captures.json`.

Prints its port when it listens, and serves until it is killed.
"""

from gevent import monkey  # type: ignore[import-untyped]  # it lives in the other environment

monkey.patch_all()

import base64  # noqa: E402  - after the patch, as gevent wants it
import json  # noqa: E402
import os  # noqa: E402
import sys  # noqa: E402
from io import BytesIO  # noqa: E402
from pathlib import Path  # noqa: E402

from gevent.pywsgi import WSGIServer  # type: ignore[import-untyped]  # noqa: E402
from pywb.apps.frontendapp import FrontEndApp  # type: ignore[import-not-found]  # noqa: E402
from pywb.manager.manager import main as manage  # type: ignore[import-not-found]  # noqa: E402
from warcio.statusandheaders import StatusAndHeaders  # type: ignore[import-not-found]  # noqa: E402
from warcio.warcwriter import WARCWriter  # type: ignore[import-not-found]  # noqa: E402

os.chdir(sys.argv[1])
with Path("made.warc.gz").open("wb") as file:
    warc = WARCWriter(file, gzip=True)
    for capture in json.load(sys.stdin):
        headers = StatusAndHeaders(capture["status"], [tuple(pair) for pair in capture["headers"]], protocol="HTTP/1.1")
        body = BytesIO(base64.b64decode(capture["body"]))
        dated = {"WARC-Date": capture["at"]}
        warc.write_record(warc.create_warc_record(capture["url"], "response", payload=body, http_headers=headers, warc_headers_dict=dated))
manage(["init", "coll"])
manage(["add", "coll", "made.warc.gz"])
server = WSGIServer(("127.0.0.1", 0), FrontEndApp(), log=None)
server.start()
print(server.server_port, flush=True)  # noqa: T201  - what whoever started it waits for
server.serve_forever()
