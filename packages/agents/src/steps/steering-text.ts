import type { SteeringRequest } from "../driver.ts";

/** The user message a steering instruction becomes; its first line starts with `Aomori-Steering: `. */
export function steeringText(steering: SteeringRequest): string {
  const manner =
    steering.action === "redirect"
      ? "Drop the approach you have taken so far and follow this instead. Your task and its acceptance criteria stay as they are."
      : "Go on with your task and put this first from now on.";
  return `Aomori-Steering: ${steering.instruction}\n\n${manner}`;
}

export function carriesInstruction(steering: SteeringRequest): boolean {
  return steering.action === "refocus" || steering.action === "redirect";
}
