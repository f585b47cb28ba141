#!/usr/bin/env python3
"""A whole AOI-CLI tool, standard library alone: sources (search, tick), a transformer (shout), a sink (save).

Read it from the bottom up. Copy Fault, Stream and main; they keep the contract, the commands are yours.
"""
import argparse
import json
import os
import re
import signal
import sys
import time
from datetime import datetime, timezone

TOOL = "hello-aoi"
VERSION = "1.0.0"
SCHEMA = "com.example.hello.events"
SCHEMA_VERSION = "1.0.0"
INPUT_SCHEMAS = [f"{SCHEMA}@{SCHEMA_VERSION}"]
DEFAULT_LIMIT = 1000
MAX_LINE_BYTES = 8 * 1024 * 1024
TITLES = ["an apple a day", "Aomori, land of apples", "りんご crème, apple pie"]
EXIT = {
    "usage": 64, "validation": 65, "not_found": 66, "internal": 70, "conflict": 73, "io": 74,
    "temporary": 75, "rate_limited": 75, "authn": 77, "authz": 77, "config": 78, "timeout": 124, "partial": 1,
}


class Fault(Exception):
    """An error as the stream shows it."""

    def __init__(self, category, code, message):
        super().__init__(message)
        self.category, self.code = category, code


class Interrupted(Exception):
    """SIGINT or SIGTERM arrived."""


class Stopper:
    """Remembers a signal. It raises only while input is awaited: no line and no side effect is cut in two."""

    def __init__(self):
        self.signal = None
        self.is_waiting = False
        signal.signal(signal.SIGINT, self.on_signal)
        signal.signal(signal.SIGTERM, self.on_signal)

    def on_signal(self, number, _frame):
        if self.signal is not None:
            os._exit(128 + number)
        self.signal = number
        if self.is_waiting:
            raise Interrupted

    def wait(self, seconds):
        self.is_waiting = True
        self.check()
        time.sleep(seconds)
        self.is_waiting = False

    def check(self):
        if self.signal is not None:
            raise Interrupted


def put(text):
    """A system call per line: nothing waits in a buffer. Who closed the pipe wants no more: no word, status 141."""
    data = f"{text}\n".encode("utf-8", "replace")
    try:
        while data:
            data = data[os.write(1, data):]
    except BrokenPipeError:
        sys.exit(141)
    except OSError:
        sys.exit(EXIT["io"])


class Stream:
    """One stream: aoi:meta when made, then events, then one aoi:summary, counted here."""

    def __init__(self, command, input_schemas):
        self.started = time.monotonic()
        self.count = self.errors = self.warnings = 0
        self.status = 0
        meta = {"tool": TOOL, "tool_version": VERSION, "aoi_version": "0.2", "schema_name": SCHEMA,
                "schema_version": SCHEMA_VERSION, "command": command}
        if input_schemas:
            meta["input_schemas"] = input_schemas
        self.write({"type": "aoi:meta", **meta})

    def write(self, event):
        put(json.dumps(event, ensure_ascii=False, separators=(",", ":"), allow_nan=False))

    def result(self, event):
        self.write(event)
        self.count += 1

    def warning(self, event):
        self.write(event)
        self.warnings += 1

    def fail(self, category, code, message, status=None):
        retryable = category in ("rate_limited", "temporary", "timeout")
        event = {"code": code, "category": category, "message": message, "retryable": retryable}
        self.error({"type": "aoi:error", **event}, status or EXIT[category])

    def error(self, event, status):
        self.write(event)
        self.errors += 1
        self.status = self.status or status

    def summary(self, fields):
        ok = self.errors == 0
        self.write({"type": "aoi:summary", "ok": ok, "count": self.count, "error_count": self.errors,
                    "warning_count": self.warnings,
                    "elapsed_ms": round((time.monotonic() - self.started) * 1000),
                    **fields, **({} if ok else {"partial": True})})
        return self.status


def search(stream, args, stopper):
    cursor = re.fullmatch(r"after-([0-9]{1,15})", args.cursor)
    if cursor is None:
        raise Fault("validation", "CURSOR_INVALID", "--cursor takes a next_cursor of ours")
    after = last = int(cursor[1])
    for line, title in enumerate(titles_of(args.file), 1):
        stopper.check()
        if line <= after or args.query not in title:
            continue
        if stream.count == args.limit:
            return {"truncated": True, "next_cursor": f"after-{last}"}
        stream.result({"type": "hit", "rank": line, "id": f"doc_{line}", "title": title})
        last = line
    return {"truncated": False}


def titles_of(path):
    if path is None:
        yield from TITLES
        return
    try:
        with open(path, encoding="utf-8", errors="replace", newline="\n") as file:
            for line in file:
                yield line.rstrip("\n")
    except FileNotFoundError:
        raise Fault("not_found", "FILE_NOT_FOUND", f"cannot read {path}: there is no such file") from None
    except OSError as error:
        raise Fault("io", "FILE_UNREADABLE", f"cannot read {path}: {error.strerror}") from None


def tick(stream, args, stopper):
    """Without --times it has no end: a heartbeat tells that it lives, a signal or --timeout-ms ends it."""
    deadline = time.monotonic() + args.timeout_ms / 1000 if args.timeout_ms else None
    while stream.count != args.times:
        stopper.wait(args.every_ms / 1000)
        if deadline and time.monotonic() > deadline:
            raise Fault("timeout", "DEADLINE_EXCEEDED", f"not done after {args.timeout_ms} ms; give it longer")
        now = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        stream.result({"type": "tick", "number": stream.count + 1})
        stream.write({"type": "aoi:heartbeat", "at": now})
    return {}


def shout(stream, _args, stopper):
    def on_hit(hit):
        stream.result({"type": "shouted", "source_id": hit["id"], "title": hit["title"].upper()})

    return consume(stream, stopper, on_hit)


def save(stream, args, stopper):
    def on_hit(hit):
        if not re.fullmatch(r"[A-Za-z0-9_-]+", hit["id"]):
            stream.fail("validation", "UNSAFE_ID", f"{json.dumps(hit['id'])} is no file name")
            return
        path = os.path.join(args.into, f"{hit['id']}.txt")
        data = f"{hit['title']}\n".encode("utf-8", "replace")
        if args.dry_run:
            stream.result({"type": "aoi:plan", "action": "write", "path": path, "bytes": len(data)})
            return
        os.makedirs(args.into, exist_ok=True)
        with open(path, "wb") as file:
            file.write(data)
        stream.result({"type": "saved", "path": path, "bytes": len(data)})

    return consume(stream, stopper, on_hit)


def consume(stream, stopper, on_hit):
    """Handles the hits of standard input; what went wrong upstream goes wrong here."""
    input_count, ended = 0, False
    for number, line in enumerate(input_lines(stopper), 1):
        event = parse(line)
        if event is None:
            stream.fail("validation", "INPUT_JSONL_PARSE_ERROR", f"line {number} is not one event")
            continue
        input_count += 1
        kind = event["type"]
        if kind == "hit" and isinstance(event.get("id"), str) and isinstance(event.get("title"), str):
            on_hit(event)
        elif kind == "hit":
            stream.fail("validation", "HIT_INVALID", f"line {number}: a hit has an id and a title")
        elif kind == "aoi:warning":
            stream.warning(event)
        elif kind == "aoi:error":
            stream.error(event, EXIT.get(event.get("category"), EXIT["partial"]))
        elif kind == "aoi:summary":
            ended = True
            if event.get("ok") is not True:
                stream.fail("partial", "UPSTREAM_FAILED", "the tool upstream did not succeed")
    if not ended:
        stream.fail("io", "UPSTREAM_NO_SUMMARY", "the stream upstream ended without aoi:summary")
    return {"input_count": input_count}


def input_lines(stopper):
    """Lines that are not blank; of one that is too long its first bytes, which are no event."""
    while True:
        stopper.is_waiting = True
        stopper.check()
        line = sys.stdin.buffer.readline(MAX_LINE_BYTES)
        rest = line
        while len(rest) == MAX_LINE_BYTES and not rest.endswith(b"\n"):
            line, rest = b"(too long)", sys.stdin.buffer.readline(MAX_LINE_BYTES)
        stopper.is_waiting = False
        if not line:
            return
        if line.strip():
            yield line


def parse(line):
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) and isinstance(event.get("type"), str) else None


COMMANDS = {
    "search": {"run": search, "types": ["hit"]},
    "tick": {"run": tick, "types": ["tick", "aoi:heartbeat"]},
    "shout": {"run": shout, "types": ["shouted"], "input_schemas": INPUT_SCHEMAS},
    "save": {"run": save, "types": ["saved", "aoi:plan"], "input_schemas": INPUT_SCHEMAS},
}


def capabilities():
    return {
        "tool": TOOL,
        "tool_version": VERSION,
        "aoi_versions": ["0.2"],
        "schemas": [{"name": SCHEMA, "versions": [SCHEMA_VERSION], "default": SCHEMA_VERSION}],
        "commands": [{
            "name": name,
            "read_only": name != "save",
            "bounded": name != "tick",
            "supports_cursor": name == "search",
            "supports_dry_run": name == "save",
            "supports_idempotency_key": False,
            "destructive": False,
            "requires_confirm": False,
            "input_schemas": command.get("input_schemas", []),
            "event_types": ["aoi:meta", *command["types"], "aoi:warning", "aoi:error", "aoi:summary"],
        } for name, command in COMMANDS.items()],
    }


def schema():
    text, whole = {"type": "string"}, {"type": "integer", "minimum": 0}

    def event(kind, **fields):
        return {"type": "object", "properties": {"type": {"const": kind}, **fields},
                "required": ["type", *fields]}

    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"{SCHEMA}@{SCHEMA_VERSION}",
        "anyOf": [
            event("hit", rank=whole, id=text, title=text),
            event("tick", number=whole),
            event("shouted", source_id=text, title=text),
            event("saved", path=text, bytes=whole),
            {"type": "object", "properties": {"type": {"type": "string", "pattern": "^aoi:"}}},
        ],
    }


class Parser(argparse.ArgumentParser):
    def error(self, _message):
        """Without argparse's own text: it repeats values, and one may be a secret behind a misspelt flag."""
        raise Fault("usage", "BAD_ARGUMENTS", f"arguments not understood; see: {self.prog} --help")


def whole(text):
    if text.isascii() and text.isdecimal():
        return int(text)
    raise Fault("usage", "BAD_ARGUMENTS", f"a number is expected; see: {TOOL} --help")


def arguments(argv):
    parser = Parser(prog=TOOL, allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"{TOOL} {VERSION}")
    commands = parser.add_subparsers(dest="command", required=True)

    def command(name, output="jsonl"):
        made = commands.add_parser(name, allow_abbrev=False)
        made.add_argument("--output", choices=[output])
        return made

    searching = command("search")
    searching.add_argument("query")
    searching.add_argument("--in", dest="file")
    searching.add_argument("--limit", type=whole, default=DEFAULT_LIMIT)
    searching.add_argument("--cursor", default="after-0")
    ticking = command("tick")
    ticking.add_argument("--times", type=whole)
    ticking.add_argument("--every-ms", type=whole, default=1000)
    ticking.add_argument("--timeout-ms", type=whole)
    command("shout").add_argument("--input-jsonl", choices=["-"], required=True)
    saving = command("save")
    saving.add_argument("--input-jsonl", choices=["-"], required=True)
    saving.add_argument("--into", required=True)
    saving.add_argument("--dry-run", action="store_true")
    command("capabilities", "json")
    command("schema", "json").add_argument("--command", dest="about")
    return parser.parse_args(argv)


def main(argv):
    stopper = Stopper()
    name = argv[0] if argv else TOOL
    args = fault = None
    try:
        args = arguments(argv)
    except Fault as error:
        fault = error
    if args is not None and name in ("capabilities", "schema"):
        put(json.dumps(capabilities() if name == "capabilities" else schema()))
        return 0
    command = COMMANDS.get(name, {})
    stream = Stream(name if command else TOOL, command.get("input_schemas"))
    fields = {}
    try:
        if fault is not None:
            raise fault
        fields = command["run"](stream, args, stopper)
    except Fault as error:
        stream.fail(error.category, error.code, str(error))
    except Interrupted:
        name = signal.Signals(stopper.signal).name
        stream.fail("cancelled", "INTERRUPTED", f"stopped by {name}", 128 + stopper.signal)
    except OSError as error:
        stream.fail("io", "INPUT_OUTPUT_ERROR", f"{error.filename}: {error.strerror}")
    except Exception as error:  # a bug, too, ends the stream honestly
        stream.fail("internal", "INTERNAL", f"a bug in {TOOL}: {type(error).__name__}")
    return stream.summary(fields)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
