/** A first program per runtime: greets the word it is given, and refuses options, in lines of protocol 1. */

export const nodeSource: string = String.raw`#!/usr/bin/env node
// What is written to standard output, one JSON object per line, is protocol 1.
const [word = "world"] = process.argv.slice(2);

function emit(line) {
  process.stdout.write(JSON.stringify(line) + "\n");
}

if (word.startsWith("-")) {
  emit({ type: "error", level: "error", fatal: true, message: "unknown option " + word });
  process.exitCode = 64;
} else {
  emit({ type: "notification", hello: word });
}
`;

export const pythonSource: string = String.raw`#!/usr/bin/env python3
"""What is written to standard output, one JSON object per line, is protocol 1."""

import json
import sys


def emit(**line):
    print(json.dumps(line), flush=True)


def main():
    word = sys.argv[1] if len(sys.argv) > 1 else "world"
    if word.startswith("-"):
        emit(type="error", level="error", fatal=True, message="unknown option " + word)
        return 64
    emit(type="notification", hello=word)
    return 0


sys.exit(main())
`;

export const shSource: string = String.raw`#!/bin/sh
# What is written to standard output, one JSON object per line, is protocol 1.
set -eu

# A text for a place between the quotes of JSON; controls become blanks.
escaped() {
  printf '%s' "$1" | tr '\000-\037' ' ' | sed 's/\\/\\\\/g; s/"/\\"/g'
}

word=${"$"}{1:-world}
case $word in
  -*)
    printf '{"type":"error","level":"error","fatal":true,"message":"unknown option %s"}\n' "$(escaped "$word")"
    exit 64
    ;;
esac
printf '{"type":"notification","hello":"%s"}\n' "$(escaped "$word")"
`;
