"""The download, by the hub's real client, from a hub of two pages on this machine."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from small_models import FILES, REVISION, isolate, tiny

from svcscore.asr.hub import fetch, hub_cache, offline
from svcscore.asr.weights import locate
from svcscore.errors import WeightsError


@pytest.fixture(autouse=True)
def _isolated(monkeypatch, tmp_path):
    isolate(monkeypatch, tmp_path)


@pytest.fixture
def hub():
    """Endpoint of a hub that has `tiny`, and the files it serves (to be changed at will)."""
    served = dict(FILES)

    class Pages(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            path = self.path.partition("?")[0]
            name = path.rpartition("/")[2]
            if path == f"/api/models/owner/tiny/tree/{REVISION}":
                self.answer(json.dumps([_entry(name, served[name]) for name in served]).encode())
            elif path == f"/owner/tiny/resolve/{REVISION}/{name}" and name in served:
                self.answer(served[name])
            else:
                self.send_response(404)
                self.send_header("Content-Length", "0")
                self.end_headers()

        do_HEAD = do_GET  # noqa: N815  the name is the server's

        def answer(self, body):
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("ETag", f'"{hashlib.sha1(body).hexdigest()}"')
            self.send_header("X-Repo-Commit", REVISION)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", served
    server.shutdown()
    thread.join()
    server.server_close()


def _entry(name, content):
    oid = hashlib.sha1(content).hexdigest()
    return {"type": "file", "path": name, "size": len(content), "oid": oid}


def fetched(endpoint, **variables):
    """What `fetch` says in a fresh process (the client reads its environment at import)."""
    program = (
        "import sys; from svcscore.asr.hub import fetch; from svcscore.asr.manifest import Model\n"
        "from svcscore.errors import WeightsError\n"
        "try: print(fetch(Model.model_validate_json(sys.argv[1])))\n"
        "except WeightsError as error: print(error.code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, tiny().model_dump_json()],
        env={**os.environ, "HF_ENDPOINT": endpoint, "NO_PROXY": "*", **variables},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_a_model_is_fetched_into_the_hugging_face_cache_and_found_there(hub):
    assert locate(tiny()).status == "missing"
    folder = fetched(hub[0])
    assert folder == str(hub_cache() / "models--owner--tiny" / "snapshots" / REVISION)
    found = locate(tiny())
    assert (str(found.path), found.status, found.source) == (folder, "ok", "hub cache")


def test_a_damaged_copy_is_fetched_anew(hub):
    model = hub_cache() / fetched(hub[0]) / "model.bin"
    model.resolve().write_bytes(bytes(len(FILES["model.bin"])))
    assert locate(tiny()).status == "corrupt"
    fetched(hub[0])
    assert locate(tiny()).status == "ok"


def test_other_bytes_than_the_published_ones_are_refused(hub):
    endpoint, served = hub
    served["model.bin"] = served["model.bin"][::-1]
    assert fetched(endpoint) == "weights.corrupt"
    assert locate(tiny()).status == "corrupt"


def test_a_hub_without_the_model(hub):
    assert fetched(f"{hub[0]}/mirror") == "weights.download"


@pytest.mark.parametrize("value", ["1", "yes", "TRUE", "on"])
def test_no_network_where_it_is_forbidden(monkeypatch, value):
    monkeypatch.setenv("HF_HUB_OFFLINE", value)
    assert offline()
    with pytest.raises(WeightsError) as caught:
        fetch(tiny())
    assert caught.value.code == "weights.download"
    assert "HF_HUB_OFFLINE" in caught.value.message
    assert "svcscore models import" in caught.value.remedy


def test_what_is_on_no_hub():
    with pytest.raises(WeightsError) as caught:
        fetch(tiny(hub=False))
    assert caught.value.code == "weights.download"
    assert "tiny" in caught.value.remedy
