// Who is logged in. Tokens live in memory only; the tabs of one browser share them through a channel, and of all
// tabs one exchanges the refresh token, which is good once.

import { LogInDocument, LogOutDocument, RenewDocument } from "./generated/documents";
import type { MeFragment } from "./generated/documents";
import { Problem, post } from "./transport";
import { signal } from "./signal";

export interface Session {
  access: string;
  refresh: string;
  user: MeFragment;
  /** When to renew the access token, by this browser's clock: after nine tenths of its life. */
  renewAt: number;
}

type Message =
  | { kind: "who" } // of a tab that has just opened
  | { kind: "session"; session: Session | null }
  | { kind: "claim"; by: number } // wants to renew; the smallest number does
  | { kind: "busy" }; // somebody is renewing already

const CLAIM_MS = 60;
const ASK_MS = 120;
const PATIENCE_MS = 8_000;

export const session = signal<Session | null>(null);
/** Whether a session has ended by itself, which the log-in says. */
export const ended = signal(false);

const channel = new BroadcastChannel("abonent.session");
const tell = (message: Message): void => channel.postMessage(message);
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

let renewing: Promise<void> | null = null;
let exchanging = false;
let rivals: number[] = [];
let waiting: (() => void)[] = [];

channel.addEventListener("message", ({ data }: MessageEvent<Message>) => {
  if (data.kind === "who" && session.value) tell({ kind: "session", session: session.value });
  if (data.kind === "claim") {
    if (exchanging) tell({ kind: "busy" });
    else rivals.push(data.by);
  }
  if (data.kind === "busy") rivals.push(-1);
  if (data.kind === "session") {
    if (!data.session && session.value) ended.value = true;
    session.value = data.session;
    for (const go of waiting.splice(0)) go();
  }
});

/** The session of another tab, if one answers. */
export async function adopt(): Promise<void> {
  tell({ kind: "who" });
  await Promise.race([pause(ASK_MS), new Promise<void>((resolve) => waiting.push(resolve))]);
}

function begun(access: string, refresh: string, user: MeFragment): Session {
  return { access, refresh, user, renewAt: Date.now() + 900 * lifetime(access) };
}

/** For how many seconds an access token is good, as it says itself; clocks that differ do not matter to that. */
function lifetime(access: string): number {
  const claims: unknown = JSON.parse(atob((access.split(".")[1] ?? "").replace(/-/g, "+").replace(/_/g, "/")));
  const { exp, iat } = claims as { exp?: number; iat?: number };
  return exp !== undefined && iat !== undefined ? exp - iat : Number.MAX_SAFE_INTEGER;
}

function settle(next: Session | null): void {
  session.value = next;
  tell({ kind: "session", session: next });
}

export async function logIn(username: string, password: string): Promise<void> {
  const { data, problem } = await post(LogInDocument, { input: { username, password } });
  const answer = data?.login;
  if (!answer?.access || !answer.refresh || !answer.user) {
    throw problem ?? new Problem("INVALID_CREDENTIALS", answer?.errors[0]?.message ?? "");
  }
  ended.value = false;
  settle(begun(answer.access, answer.refresh, answer.user));
}

export async function logOut(): Promise<void> {
  const leaving = session.value;
  settle(null);
  ended.value = false;
  if (leaving) await post(LogOutDocument, { input: { refresh: leaving.refresh } }, leaving.access);
}

/** Another access token than the outdated one, whoever of the tabs gets it; null in the session where none is left. */
export async function renew(outdated: string): Promise<void> {
  if (session.value?.access !== outdated) return;
  renewing ??= renewOnce(outdated).finally(() => {
    renewing = null;
  });
  await renewing;
}

async function renewOnce(outdated: string): Promise<void> {
  const mine = Math.floor(Math.random() * 2 ** 31);
  rivals = [];
  tell({ kind: "claim", by: mine });
  await pause(CLAIM_MS);
  if (rivals.some((other) => other < mine)) {
    await Promise.race([pause(PATIENCE_MS), new Promise<void>((resolve) => waiting.push(resolve))]);
  }
  if (session.value?.access === outdated) await exchange(session.value.refresh);
}

async function exchange(refresh: string): Promise<void> {
  exchanging = true;
  try {
    const { data, problem } = await post(RenewDocument, { input: { refresh } });
    const answer = data?.refreshToken;
    if (answer?.access && answer.refresh && answer.user) {
      settle(begun(answer.access, answer.refresh, answer.user));
    } else if (answer || problem?.code === "TOKEN_NOT_VALID") {
      ended.value = true;
      settle(null);
    } else if (problem) {
      throw problem;
    }
  } finally {
    exchanging = false;
  }
}

/** Whether whoever is logged in may call an operation at all. */
export function may(operation: string): boolean {
  return session.value?.user.permissions.includes(operation) ?? false;
}
