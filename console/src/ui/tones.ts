// How a state is coloured; its word stands beside the colour always.

import type { Tone } from "./basics";

const TONES: Readonly<Record<string, Tone>> = {
  ACTIVE: "good",
  SUCCESS: "good",
  DONE: "good",
  RESOLVED: "good",
  SUSPENDED: "warn",
  PENDING: "warn",
  PROCESSING: "warn",
  WAITING: "warn",
  HIGH: "warn",
  RUNNING: "warn",
  BLOCKED: "bad",
  FAILED: "bad",
  CRITICAL: "bad",
};

export const toneOf = (state: string): Tone => TONES[state] ?? "calm";
