import * as z from "zod";

const Question = z.object({ id: z.int(), name: z.string(), input: z.unknown() });

export type Answers = Readonly<Record<string, (input: unknown) => Promise<unknown>>>;

/** The child's side of `BenchChild`: answers by name until the parent lets go, then closes what it opened. */
export function answerParent(answers: Answers, close: () => Promise<void> = async () => {}): void {
  process.on("message", (message) => {
    const { id, name, input } = Question.parse(message);
    const answer = answers[name] ?? (() => Promise.reject(new Error(`nothing answers ${name}`)));
    answer(input).then(
      (value) => process.send?.({ id, value }),
      (error: unknown) => process.send?.({ id, error: describe(error) }),
    );
  });
  process.once("disconnect", () => {
    close().then(
      () => process.removeAllListeners("message"),
      (error: unknown) => {
        console.error(error);
        process.exitCode = 1;
      },
    );
  });
}

const describe = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);
