"""Train one experiment in wasmtime, in Chromium and in Firefox, and compare every number to the last bit.

    python3 scripts/same_bits.py

The browsers get the machine's module and the program as bytes, run the same rows as often, and answer with the
SHA-256 of the whole arena: parameters, gradients, optimiser state, running statistics, activations, pictures. The
experiment has all that training can have at once. Ends with 1 if any two differ.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import threading
from array import array
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from find_browser import NAMES, find

from chainrule.machine.build import module_bytes
from chainrule.machine.native import NativeMachine
from chainrule.network import Plan, Trainer
from chainrule.network.data import load, split
from chainrule.program import Program

STEPS = 1000
SECONDS = 120
PLAN = Plan(
    (2, 12, 12, 8, 1),
    "gelu",
    "huber",
    "adamw",
    25,
    activations=("gelu", "", "tanh"),
    normalisation="batch",
    dropout=True,
    skips=((0, 2), (1, 3)),
    initialiser="xavier_normal",
    regulariser="elastic",
    schedule="cosine",
    clipping="norm",
)

PAGE = """<!doctype html><meta charset="utf-8"><title>Same bits</title><script type="module">
const bytes = async (name) => new Uint8Array(await (await fetch(name)).arrayBuffer());
let answer;
try {
  const [binary, memory] = await Promise.all([bytes("/module"), bytes("/memory")]);
  const plan = await (await fetch("/plan")).json();
  const { instance } = await WebAssembly.instantiate(binary);
  const own = instance.exports.memory;
  own.grow(Math.ceil(Math.max(0, memory.length - own.buffer.byteLength) / 65536));
  new Uint8Array(own.buffer).set(memory);
  for (const [first, last, times] of plan.runs) instance.exports.run(plan.table, first, last, times);
  const arena = new Uint8Array(own.buffer, 0, plan.table).slice();
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", arena));
  answer = Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
} catch (trouble) {
  answer = String(trouble);
}
await fetch("/answer", { method: "POST", body: answer });
</script>"""


class Recorder:
    """A machine that keeps its program's memory as it was before the first run, and what was run."""

    def __init__(self) -> None:
        self._machine = NativeMachine()
        self.runs: list[tuple[int, int, int]] = []
        self.memory = b""
        self.program: Program

    def load(self, program: Program) -> None:
        self.program = program
        self.runs.clear()
        self._machine.load(program)

    def run(self, first: int, last: int, times: int = 1) -> None:
        if not self.runs:
            self.memory = self.arena() + self.program.table.tobytes()
        self.runs.append((first, last, times))
        self._machine.run(first, last, times)

    def read(self, offset: int, count: int) -> array[float]:
        return self._machine.read(offset, count)

    def write(self, offset: int, numbers: array[float]) -> None:
        if self.runs:
            raise RuntimeError("Something was written between two runs; a browser could not repeat that.")
        self._machine.write(offset, numbers)

    def arena(self) -> bytes:
        return self._machine.read(0, self.program.words).tobytes()


def experiment() -> Recorder:
    """Train natively; the recorder knows how to do it again."""
    machine = Recorder()
    hyper = {"learning_rate": 0.01, "strength": 0.002, "decay_steps": 800.0, "clip_norm": 0.7}
    trainer = Trainer(machine, PLAN, split(load("hills", 200, 0.1, 1), 0.6, 1), 1, hyper)
    trainer.advance(STEPS)
    trainer.evaluate()
    trainer.maps()
    return machine


def ask(browser: str, path: str, machine: Recorder) -> str:
    """What the browser at ``path`` makes of the same experiment."""
    answers: list[str] = []
    arrived = threading.Event()
    plan = {"table": machine.program.words * 8, "runs": machine.runs}
    served = {
        "/": ("text/html", PAGE.encode()),
        "/module": ("application/wasm", module_bytes()),
        "/memory": ("application/octet-stream", machine.memory),
        "/plan": ("application/json", json.dumps(plan).encode()),
    }

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, content = served.get(self.path, ("text/plain", b""))
            self.send_response(200 if self.path in served else 404)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def do_POST(self) -> None:
            answers.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.send_response(204)
            self.end_headers()
            arrived.set()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    profile = tempfile.mkdtemp(prefix="chainrule-bits-")
    url = f"http://127.0.0.1:{server.server_port}/"
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    plain = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
    command = {
        "chromium": [path, *plain, *quiet, f"--user-data-dir={profile}", url],
        "firefox": [path, "--headless", "--no-remote", "--profile", profile, url],
    }[browser]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        arrived.wait(SECONDS)
    finally:
        process.terminate()
        process.wait(20)
        server.shutdown()
        shutil.rmtree(profile, ignore_errors=True)
    return answers[0] if answers else f"no answer within {SECONDS} s"


def main() -> None:
    machine = experiment()
    hashes = {"wasmtime": sha256(machine.arena()).hexdigest()}
    for browser in NAMES:
        path = find(browser)
        hashes[browser] = ask(browser, path, machine) if path else "not found"
    for engine, found in hashes.items():
        print(f"{engine:9} {found}")
    numbers = machine.program.words
    if len(set(hashes.values())) > 1:
        sys.exit("The engines differ.")
    print(f"{STEPS} steps, {numbers:,} doubles: the same bits everywhere")


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    main()
