#!/usr/bin/env python3
"""A tool that changes things: it plans when asked to, refuses to destroy without --yes, and does nothing twice.

What keeps the stream is shorter here than in hello-aoi.py, because nothing here takes long.
"""
import argparse
import hashlib
import hmac
import json
import os
import re
import signal
import sys

TOOL, VERSION, SCHEMA = "drawer", "1.0.0", "com.example.drawer.events"
EXIT = {"usage": 64, "validation": 65, "not_found": 66, "internal": 70, "conflict": 73, "io": 74, "temporary": 75}


class Fault(Exception):
    def __init__(self, category, code, message, status=None, **more):
        super().__init__(message)
        self.category, self.code, self.status, self.more = category, code, status or EXIT[category], more


def emit(kind, **fields):
    line = json.dumps({"type": kind, **fields}, ensure_ascii=False, separators=(",", ":"))
    data = f"{line}\n".encode("utf-8", "replace")
    try:
        while data:
            data = data[os.write(1, data):]
    except BrokenPipeError:
        sys.exit(141)
    except OSError:
        sys.exit(EXIT["io"])


def put(args, stopped):
    path = place(args, args.name)
    text = args.text
    if args.password is not None:
        emit("aoi:warning", code="SECRET_ARGUMENT", message="others can read arguments with ps; use DRAWER_PASSWORD")
    password = args.password or os.environ.get("DRAWER_PASSWORD")
    if password is not None:
        text += f"\nseal {hmac.new(password.encode(), text.encode(), hashlib.sha256).hexdigest()}"
    if args.dry_run:
        return emit("aoi:plan", action="put", path=path)
    event = {"path": path, "bytes": len(text.encode("utf-8", "replace"))}
    asked = hashlib.sha256(json.dumps([path, text]).encode()).hexdigest()
    record = key_record(args)
    if record is not None and os.path.exists(record):
        with open(record, encoding="utf-8") as file:
            known = json.load(file)
        if known["asked"] != asked:
            raise Fault("conflict", "KEY_REUSED", "this idempotency key was used for something else; take another")
        return emit("put", **known["event"], replayed=True)
    heed(stopped)
    write(path, text)
    if record is not None:
        write(record, json.dumps({"asked": asked, "event": event}))
    return emit("put", **event)


def remove(args, stopped):
    path = place(args, args.name)
    if not os.path.exists(path):
        raise Fault("not_found", "NOTHING_THERE", f"there is no {path}")
    if args.dry_run:
        return emit("aoi:plan", action="remove", path=path)
    if not args.yes:
        raise Fault("usage", "CONFIRMATION_NEEDED", f"this destroys {path}; say --yes, or look with --dry-run")
    heed(stopped)
    os.remove(path)
    return emit("removed", path=path)


def place(args, name):
    if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
        raise Fault("validation", "UNSAFE_NAME", "a name is of letters, digits, - and _")
    if os.path.exists(os.path.join(args.drawer, ".lock")):
        raise Fault("temporary", "LOCKED", f"{args.drawer} is locked; try again", retry_after_ms=1000)
    return os.path.join(args.drawer, name)


def key_record(args):
    if args.idempotency_key is None:
        return None
    return os.path.join(args.drawer, ".keys", hashlib.sha256(args.idempotency_key.encode()).hexdigest())


def write(path, text):
    """The whole file or the old one, never a half."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(f"{path}.new", "wb") as file:
        file.write(text.encode("utf-8", "replace"))
    os.replace(f"{path}.new", path)


def heed(stopped):
    """Before a side effect a signal still ends the run; after it the run ends by itself, and says what it did."""
    if stopped:
        name = signal.Signals(stopped[0]).name
        raise Fault("cancelled", "INTERRUPTED", f"stopped by {name}", 128 + stopped[0])


def capabilities():
    command = {"read_only": False, "bounded": True, "supports_cursor": False, "supports_dry_run": True}
    types = ["aoi:meta", "aoi:plan", "aoi:warning", "aoi:error", "aoi:summary"]
    return {
        "tool": TOOL, "tool_version": VERSION, "aoi_versions": ["0.2"],
        "schemas": [{"name": SCHEMA, "versions": ["1.0.0"], "default": "1.0.0"}],
        "commands": [
            {"name": "put", **command, "supports_idempotency_key": True, "destructive": False,
             "requires_confirm": False, "event_types": [*types, "put"]},
            {"name": "remove", **command, "supports_idempotency_key": False, "destructive": True,
             "requires_confirm": True, "event_types": [*types, "removed"]},
        ],
    }


def schema():
    def event(kind, required, **fields):
        return {"type": "object", "properties": {"type": {"const": kind}, **fields}, "required": ["type", *required]}

    path, size = {"type": "string"}, {"type": "integer", "minimum": 0}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "anyOf": [
            event("put", ["path", "bytes"], path=path, bytes=size, replayed={"type": "boolean"}),
            event("removed", ["path"], path=path),
            {"type": "object", "properties": {"type": {"type": "string", "pattern": "^aoi:"}}},
        ],
    }


class Parser(argparse.ArgumentParser):
    def error(self, _message):
        raise Fault("usage", "BAD_ARGUMENTS", f"arguments not understood; see: {self.prog} --help")


def arguments(argv):
    parser = Parser(prog=TOOL, allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"{TOOL} {VERSION}")
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("put", "remove"):
        command = commands.add_parser(name, allow_abbrev=False)
        command.add_argument("name")
        command.add_argument("--output", choices=["jsonl"])
        command.add_argument("--drawer", default="drawer")
        command.add_argument("--dry-run", action="store_true")
        if name == "put":
            command.add_argument("text")
            command.add_argument("--password")
            command.add_argument("--idempotency-key")
        else:
            command.add_argument("--yes", action="store_true")
    for name in ("capabilities", "schema"):
        document = commands.add_parser(name, allow_abbrev=False)
        document.add_argument("--output", choices=["json"])
        document.add_argument("--command", dest="about")
    return parser.parse_args(argv)


def main(argv):
    stopped = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda got, _frame: stopped.append(got))
    documents = {"capabilities": capabilities, "schema": schema}
    name = argv[0] if argv else ""
    fault = args = None
    try:
        args = arguments(argv)
    except Fault as error:
        fault = error
    if args is not None and name in documents:
        sys.stdout.write(json.dumps(documents[name]()) + "\n")
        return 0
    emit("aoi:meta", tool=TOOL, tool_version=VERSION, aoi_version="0.2", schema_name=SCHEMA, schema_version="1.0.0",
         command=name if name in ("put", "remove") else TOOL)
    try:
        if fault is not None:
            raise fault
        (put if name == "put" else remove)(args, stopped)
    except Fault as error:
        fault = error
    except OSError as error:
        fault = Fault("io", "INPUT_OUTPUT_ERROR", f"{error.filename}: {error.strerror}")
    except Exception as error:  # a bug, too, ends the stream honestly
        fault = Fault("internal", "INTERNAL", f"a bug in {TOOL}: {type(error).__name__}")
    if fault is None:
        emit("aoi:summary", ok=True, count=1)
        return 0
    emit("aoi:error", code=fault.code, category=fault.category, message=str(fault),
         retryable=fault.category == "temporary", **fault.more)
    emit("aoi:summary", ok=False, count=0, partial=True)
    return fault.status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
