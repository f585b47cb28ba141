import type { OrgId, SpecId } from "@aomori/contract";
import type { OrgTransaction, Store } from "@aomori/store";
import { Serials } from "../serials.ts";
import { Board } from "./board.ts";

/** The boards of specs that have tasks; changes to one spec's tasks go one after another. Only watched ones stay in memory. */
export class Boards {
  readonly #store: Store;
  readonly #boards = new Map<SpecId, Board>();
  readonly #serials = new Serials();
  /** Specs whose tasks may run; a board thrown away is read again. */
  readonly #watched = new Map<SpecId, OrgId>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** How many boards are held in memory. */
  get held(): number {
    return this.#boards.size;
  }

  /** The boards of every watched spec. */
  async watched(): Promise<Board[]> {
    const boards: Board[] = [];
    for (const [specId, orgId] of this.#watched) boards.push(await this.find(orgId, specId));
    return boards;
  }

  watch(orgId: OrgId, specId: SpecId): void {
    this.#watched.set(specId, orgId);
  }

  /** A spec's board as it is now. Errors: SPEC_NOT_FOUND. */
  async find(orgId: OrgId, specId: SpecId): Promise<Board> {
    const known = this.#boards.get(specId);
    if (known !== undefined && known.orgId === orgId) return known;
    const loaded = await Board.load(this.#store.scope(orgId), specId);
    if (this.#watched.get(specId) !== orgId) return loaded;
    // While this one was read, a change may have brought in another: that one is the image of the store.
    const current = this.#boards.get(specId);
    if (current !== undefined) return current;
    this.#boards.set(specId, loaded);
    return loaded;
  }

  /**
   * Changes a spec's tasks: `body` changes the board and the store alike, in one transaction.
   * When it throws, nothing is stored and the board is read anew.
   */
  change<Result>(
    orgId: OrgId,
    specId: SpecId,
    body: (board: Board, tx: OrgTransaction) => Promise<Result>,
  ): Promise<Result> {
    return this.#serials.run(specId, async () => {
      let board: Board | undefined = await this.find(orgId, specId);
      try {
        return await this.#store.transaction(orgId, async (tx) => {
          // A transaction that lost a deadlock is run again: the first run has changed the board.
          const current = board ?? (await Board.load(tx, specId));
          board = undefined;
          this.#boards.set(specId, current);
          return body(current, tx);
        });
      } catch (error) {
        this.#boards.delete(specId);
        throw error;
      } finally {
        if (!this.#watched.has(specId)) this.#boards.delete(specId);
      }
    });
  }

  /** Looks at a spec's tasks as they are stored, with no change under way. */
  look<Result>(orgId: OrgId, specId: SpecId, body: (board: Board) => Result): Promise<Result> {
    return this.#serials.run(specId, async () => body(await this.find(orgId, specId)));
  }

  /** Lets go of a spec that is over. */
  unwatch(specId: SpecId): void {
    this.#watched.delete(specId);
    this.#boards.delete(specId);
  }
}
