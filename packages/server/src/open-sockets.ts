import type { Server } from "node:http";
import type { Socket } from "node:net";

/**
 * The connections of an HTTP server, so that it can close without waiting for any that does nothing. Node's own
 * `closeIdleConnections` leaves those that have not sent a request yet, as clients keep them in reserve.
 */
export class OpenSockets {
  /** Requests in progress by connection. */
  readonly #requests = new Map<Socket, number>();
  #closing = false;

  constructor(server: Server) {
    server.on("connection", (socket) => {
      this.#requests.set(socket, 0);
      socket.once("close", () => this.#requests.delete(socket));
    });
    server.on("request", ({ socket }, response) => {
      this.#count(socket, 1);
      response.once("close", () => {
        this.#count(socket, -1);
        if (this.#closing) this.#endIfIdle(socket);
      });
    });
  }

  /** Ends idle connections now, and each other one after its answer. */
  close(): void {
    this.#closing = true;
    for (const socket of this.#requests.keys()) this.#endIfIdle(socket);
  }

  #count(socket: Socket, change: number): void {
    const count = this.#requests.get(socket);
    if (count !== undefined) this.#requests.set(socket, count + change);
  }

  #endIfIdle(socket: Socket): void {
    if (this.#requests.get(socket) === 0) socket.destroySoon();
  }
}
