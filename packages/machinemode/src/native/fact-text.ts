import type { Stats } from "node:fs";
import { Facts } from "./facts.ts";

/** The facts of a file as a piece of its line, just as JSON has `FileFacts`. Files of a directory share most of it. */
export class FactText {
  readonly #facts = new Facts();
  #mode = Number.NaN;
  #modeText = "";
  #uid = Number.NaN;
  #gid = Number.NaN;
  #links = Number.NaN;
  #ownerText = "";

  /** Undefined where a number is beyond what JSON carries as one. */
  of({ mode, size, mtimeMs, uid, gid, nlink, ino }: Stats): string | undefined {
    if (!Number.isSafeInteger(ino) || !Number.isSafeInteger(size)) return undefined;
    if (mode !== this.#mode) {
      this.#mode = mode;
      this.#modeText = `,"mode":"${this.#facts.mode(mode)}","size_bytes":`;
    }
    if (uid !== this.#uid || gid !== this.#gid || nlink !== this.#links) {
      this.#uid = uid;
      this.#gid = gid;
      this.#links = nlink;
      const user = JSON.stringify(this.#facts.user(uid));
      const group = JSON.stringify(this.#facts.group(gid));
      this.#ownerText = `","uid":${uid},"gid":${gid},"user":${user},"group":${group},"links":${nlink},"inode":`;
    }
    const time = this.#facts.time(mtimeMs);
    return `${this.#modeText}${size},"modified_at":"${time}${this.#ownerText}${ino}`;
  }
}
