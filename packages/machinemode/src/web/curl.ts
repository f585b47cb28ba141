import { isRecord } from "@aomori/system";
import type { Adapter, ErrorKind } from "../adapter.ts";
import { setText } from "../byte-text.ts";
import { flagRules } from "../declarative/flag-rules.ts";
import { checkedArguments } from "../declarative/rewrite-arguments.ts";
import { unreadable } from "../declarative/records.ts";
import { parseExactJson } from "../exact-json.ts";
import { flag, integer, nullable, numeric, recordSchema, text } from "../json-schema.ts";
import type { Item } from "../record.ts";
import { Transfers } from "./transfers.ts";

const noise = "it mixes text for people into the answer";
const flags = flagRules({
  drop: [
    "-s",
    "--silent",
    "-S",
    "--show-error",
    "-#",
    "--progress-bar",
    "--no-progress-meter",
    "-i",
    "--include",
    "-N",
    "--no-buffer",
  ],
  pass: [
    "-X=",
    "--request=",
    "-H=",
    "--header=",
    "-d=",
    "--data=",
    "--data-raw=",
    "--data-binary=",
    "--data-urlencode=",
    "--json=",
    "-F=",
    "--form=",
    "-u=",
    "--user=",
    "-A=",
    "--user-agent=",
    "-e=",
    "--referer=",
    "-o=",
    "--output=",
    "-b=",
    "--cookie=",
    "-c=",
    "--cookie-jar=",
    "-m=",
    "--max-time=",
    "--connect-timeout=",
    "-x=",
    "--proxy=",
    "-T=",
    "--upload-file=",
    "-r=",
    "--range=",
    "--url=",
    "--cacert=",
    "--cert=",
    "--key=",
    "-E=",
    "--retry=",
    "--retry-delay=",
    "--resolve=",
    "--max-redirs=",
    "--max-filesize=",
    "--unix-socket=",
    "-C=",
    "-z=",
    "--oauth2-bearer=",
    "-U=",
    "--proxy-user=",
    "-L",
    "-k",
    "-f",
    "-G",
    "-I",
    "-O",
    "-J",
    "-R",
    "-4",
    "-6",
    "-g",
    "-a",
    "-n",
    "-0",
  ],
  refuse: {
    "-v": noise,
    "--verbose": noise,
    "--trace": noise,
    "--trace-ascii": noise,
    "-D": "every record has the headers",
    "--dump-header": "every record has the headers",
    "-w": "every record has these facts",
    "--write-out": "every record has these facts",
    "-Z": "answers would be mixed",
    "--parallel": "answers would be mixed",
    "-K": "a file of options is not looked into",
    "--config": "a file of options is not looked into",
    "-:": "only one set of options",
    "--next": "only one set of options",
    "-h": noise,
    "--help": noise,
    "-M": noise,
    "-V": noise,
    "--version": noise,
  },
  other: "pass",
});

const kinds: Readonly<Record<string, ErrorKind>> = {
  "1": { category: "usage", code: "UNSUPPORTED_PROTOCOL" },
  "2": { category: "usage", code: "BAD_ARGUMENT" },
  "3": { category: "usage", code: "BAD_URL" },
  "5": { category: "temporary", code: "UNREACHABLE" },
  "6": { category: "temporary", code: "UNREACHABLE" },
  "7": { category: "temporary", code: "UNREACHABLE" },
  "9": { category: "authz", code: "ACCESS_DENIED" },
  "18": { category: "temporary", code: "CUT_SHORT" },
  "22": { category: "io", code: "HTTP_ERROR" },
  "23": { category: "io", code: "WRITE_FAILED" },
  "26": { category: "io", code: "READ_FAILED" },
  "28": { category: "timeout", code: "TIMEOUT" },
  "35": { category: "io", code: "TLS_FAILED" },
  "37": { category: "not_found", code: "NOT_FOUND" },
  "47": { category: "io", code: "TOO_MANY_REDIRECTS" },
  "51": { category: "io", code: "TLS_FAILED" },
  "52": { category: "temporary", code: "EMPTY_REPLY" },
  "55": { category: "temporary", code: "SEND_FAILED" },
  "56": { category: "temporary", code: "RECEIVE_FAILED" },
  "58": { category: "config", code: "BAD_CERTIFICATE" },
  "60": { category: "io", code: "TLS_FAILED" },
  "63": { category: "io", code: "TOO_BIG" },
  "67": { category: "authn", code: "LOGIN_DENIED" },
  "78": { category: "not_found", code: "NOT_FOUND" },
};

export const curl: Adapter = {
  name: "curl",
  summary: "Answers of a server: status, headers, times and the body",
  channel: "curl --write-out %{json} behind a boundary that no body can know",
  source: "parsed",
  effects: { readOnly: false },
  recordTypes: ["response"],
  schema: recordSchema("response", {
    url: text,
    method: text,
    status: integer,
    http_version: text,
    content_type: nullable(text),
    headers: {},
    size_bytes: integer,
    seconds: numeric,
    redirects: integer,
    remote_ip: text,
    output_file: text,
    body: text,
    body_truncated: flag,
  }),
  cursor: { kind: "none", why: "asking a server again is another request" },
  ownsOutputFlag: true,
  flags: "all of curl but -v --trace -w -D -Z -K --next; a body over 1 MiB is cut: use -o FILE",
  plan: (argv) => {
    const words = checkedArguments({ flags, operands: "pass" }, "curl", argv);
    const boundary = `--machinemode-${process.getBuiltinModule("node:crypto").randomUUID()}--`;
    const readsInput = words.some((word) => word === "-" || word.endsWith("@-"));
    return {
      kind: "child",
      argv: [
        "curl",
        "--disable",
        "--silent",
        "--show-error",
        "--write-out",
        `${boundary}%{json}${boundary}%{header_json}${boundary}`,
        ...words,
      ],
      stdin: readsInput ? "inherit" : "none",
      items: (chunks) => responses(chunks, boundary),
      errors: { exit: kinds, stderr: curlErrors },
    };
  },
};

/** curl says its number: `curl: (7) Failed to connect …`. */
const curlErrors = Object.entries(kinds).map(([status, kind]) => ({
  ...kind,
  matches: (line: string): boolean => line.startsWith(`curl: (${status})`),
}));

async function* responses(
  chunks: AsyncIterable<Buffer>,
  boundary: string,
): AsyncGenerator<readonly Item[], void> {
  const transfers = new Transfers(boundary);
  for await (const chunk of chunks) {
    yield transfers
      .add(chunk.toString("latin1"))
      .map(({ body, bodyLength, facts, headers }) => responseOf(body, bodyLength, facts, headers));
  }
  const rest = transfers.end();
  if (rest !== undefined) yield [unreadable(rest, "it ends before curl's own account of it")];
}

function responseOf(
  body: string,
  bodyLength: number,
  factsText: string,
  headersText: string,
): Item {
  const facts = jsonObject(factsText);
  if (facts === undefined) return unreadable(factsText, "it is no account of a transfer");
  const record: Record<string, unknown> = {
    url: facts["url_effective"],
    method: facts["method"],
    status: facts["response_code"],
    http_version: facts["http_version"],
    content_type: facts["content_type"] ?? null,
    headers: jsonObject(headersText) ?? null,
    size_bytes: facts["size_download"],
    seconds: facts["time_total"],
    redirects: facts["num_redirects"],
    remote_ip: facts["remote_ip"],
  };
  const file = facts["filename_effective"];
  // Without -o it is null, or in older versions empty.
  if (typeof file === "string" && file !== "") record["output_file"] = file;
  else setText(record, "body", body);
  if (bodyLength > body.length) record["body_truncated"] = true;
  return { type: "response", source: "parsed", ...record };
}

function jsonObject(bytes: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value = parseExactJson(Buffer.from(bytes, "latin1").toString("utf8"));
    return isRecord(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
