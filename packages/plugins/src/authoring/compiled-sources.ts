/** The same first program as the scripts', for compilers, and how it is built. */

export const cSource: string = String.raw`#include <stdio.h>

/* What is written to standard output, one JSON object per line, is protocol 1. */

static void put_escaped(const char *text) {
  for (const unsigned char *at = (const unsigned char *)text; *at != 0; at++) {
    if (*at == '"' || *at == '\\') {
      printf("\\%c", *at);
    } else if (*at < 0x20) {
      printf("\\u%04x", *at);
    } else {
      putchar(*at);
    }
  }
}

int main(int argc, char **argv) {
  const char *word = argc > 1 ? argv[1] : "world";
  if (word[0] == '-') {
    fputs("{\"type\":\"error\",\"level\":\"error\",\"fatal\":true,\"message\":\"unknown option ", stdout);
    put_escaped(word);
    puts("\"}");
    return 64;
  }
  fputs("{\"type\":\"notification\",\"hello\":\"", stdout);
  put_escaped(word);
  puts("\"}");
  return 0;
}
`;

export const rustSource: string = String.raw`// What is written to standard output, one JSON object per line, is protocol 1.

use std::process::ExitCode;

fn escaped(text: &str) -> String {
    let mut out = String::new();
    for character in text.chars() {
        match character {
            '"' | '\\' => {
                out.push('\\');
                out.push(character);
            }
            control if control < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(control))),
            other => out.push(other),
        }
    }
    out
}

fn main() -> ExitCode {
    let given = std::env::args_os().nth(1);
    let word = given.map_or("world".into(), |word| word.to_string_lossy().into_owned());
    if word.starts_with('-') {
        println!(
            r#"{{"type":"error","level":"error","fatal":true,"message":"unknown option {}"}}"#,
            escaped(&word)
        );
        return ExitCode::from(64);
    }
    println!(r#"{{"type":"notification","hello":"{}"}}"#, escaped(&word));
    ExitCode::SUCCESS
}
`;

/** `compile` gets the program's path in `$output`. */
export function buildScript(name: string, compile: string): string {
  return String.raw`#!/bin/sh
# Builds the plugin for this machine as dist/${name}-PLATFORM, which is what aomori.plugin.json calls it.
set -eu
cd "$(dirname "$0")"

case "$(uname -s)" in
  Linux) system=linux ;;
  Darwin) system=macos ;;
  *)
    echo "build.sh knows Linux and macOS, not $(uname -s)" >&2
    exit 1
    ;;
esac
case "$(uname -m)" in
  x86_64 | amd64) processor=x86_64 ;;
  aarch64 | arm64) processor=aarch64 ;;
  *)
    echo "build.sh knows x86_64 and aarch64, not $(uname -m)" >&2
    exit 1
    ;;
esac

mkdir -p dist
output="dist/${name}-${"$"}{system}_${"$"}{processor}"
${compile}
echo "$output"
`;
}
