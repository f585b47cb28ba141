/** One server-sent record (WHATWG HTML §9.2.6); `data` is absent when the record carries none. */
export interface SseRecord {
  readonly id: string | undefined;
  readonly event: string | undefined;
  readonly data: string | undefined;
}

/** Turns text into records, wherever the text was cut. A record that never ends is not given out, as the standard says. */
export class SseParser {
  #rest = "";
  #skipLineFeed = false;
  #id: string | undefined;
  #event: string | undefined;
  #data: string[] | undefined;
  #started = false;

  push(text: string): SseRecord[] {
    let input = text;
    if (!this.#started && input !== "") {
      this.#started = true;
      if (input.startsWith("\uFEFF")) input = input.slice(1);
    }
    const records: SseRecord[] = [];
    let start = 0;
    for (let index = 0; index < input.length; index += 1) {
      const character = input[index];
      if (this.#skipLineFeed) {
        this.#skipLineFeed = false;
        if (character === "\n") {
          start = index + 1;
          continue;
        }
      }
      if (character !== "\n" && character !== "\r") continue;
      this.#skipLineFeed = character === "\r";
      const record = this.#line(this.#rest + input.slice(start, index));
      if (record !== undefined) records.push(record);
      this.#rest = "";
      start = index + 1;
    }
    this.#rest += input.slice(start);
    return records;
  }

  #line(line: string): SseRecord | undefined {
    if (line === "") return this.#dispatch();
    const colon = line.indexOf(":");
    if (colon === 0) return undefined;
    const name = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "id" && !value.includes("\0")) this.#id = value;
    else if (name === "event") this.#event = value;
    else if (name === "data") (this.#data ??= []).push(value);
    return undefined;
  }

  #dispatch(): SseRecord | undefined {
    const record = {
      id: this.#id,
      event: this.#event,
      data: this.#data?.join("\n"),
    };
    this.#id = undefined;
    this.#event = undefined;
    this.#data = undefined;
    const empty = Object.values(record).every((field) => field === undefined);
    return empty ? undefined : record;
  }
}
