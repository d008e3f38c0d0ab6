// What screens read: one request for all that ask the same, kept while the page lives, asked again when the window
// comes back to the front, when the network does, after every write, and now and then while somebody looks.

import { useEffect, useState } from "preact/hooks";
import { execute } from "./client";
import type { TypedDocumentString } from "./generated/documents";
import { session } from "./session";
import { signal } from "./signal";
import { Problem } from "./transport";

interface Entry<Data> {
  data: Data | null;
  problem: Problem | null;
  asking: boolean;
  at: number;
  watchers: Set<() => void>;
  ask(): Promise<void>;
}

const FRESH_MS = 1_500;
const KEPT = 60;
const RETRY_MS = 4_000;

const entries = new Map<string, Entry<unknown>>();

/** Whether the server answered the last time it was asked. */
export const connected = signal(true);

function entryOf<Data, Variables>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
): Entry<Data> {
  const key = JSON.stringify([document.toString(), variables]);
  const known = entries.get(key);
  if (known) return known as Entry<Data>; // the key holds the document, which has one type of answer
  const entry: Entry<Data> = {
    data: null,
    problem: null,
    asking: false,
    at: 0,
    watchers: new Set(),
    async ask() {
      if (entry.asking || !session.value) return;
      entry.asking = true;
      const started = Date.now();
      try {
        entry.data = await execute(document, variables);
        entry.problem = null;
        connected.value = true;
      } catch (error) {
        entry.problem = error instanceof Problem ? error : new Problem("INTERNAL_ERROR", String(error));
        connected.value = !isSilence(entry.problem);
      }
      entry.asking = false;
      entry.at = started;
      for (const told of [...entry.watchers]) told();
    },
  };
  entries.set(key, entry);
  forgetOldest();
  return entry;
}

function forgetOldest(): void {
  for (const [key, entry] of entries) {
    if (entries.size <= KEPT) return;
    if (entry.watchers.size === 0) entries.delete(key);
  }
}

const isSilence = (problem: Problem): boolean =>
  ["OFFLINE", "NO_ANSWER", "SERVICE_UNAVAILABLE"].includes(problem.code);

export interface Read<Data> {
  data: Data | null;
  problem: Problem | null;
  refetch(): void;
}

/** An answer of `/graphql`, kept up to date; null variables ask nothing. */
export function useQuery<Data, Variables>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables | null,
  everyMs = 20_000,
): Read<Data> {
  const [, draw] = useState(0);
  const key = variables && JSON.stringify(variables);
  const entry = variables && entryOf(document, variables);
  useEffect(() => {
    if (!entry) return undefined;
    const told = (): void => draw((count) => count + 1);
    entry.watchers.add(told);
    if (Date.now() - entry.at > FRESH_MS) void entry.ask();
    const timer = setInterval(() => {
      if (!isHidden()) void entry.ask();
    }, everyMs);
    return () => {
      entry.watchers.delete(told);
      clearInterval(timer);
    };
  }, [document, key]);
  return { data: entry?.data ?? null, problem: entry?.problem ?? null, refetch: () => void entry?.ask() };
}

const isHidden = (): boolean => globalThis.document.visibilityState === "hidden";

/** Ask again for all that is on the screen, and forget the rest. */
export function refresh(): void {
  for (const [key, entry] of entries) {
    if (entry.watchers.size > 0) void entry.ask();
    else entries.delete(key);
  }
}

function refreshOld(): void {
  if (isHidden() || !session.value) return;
  for (const entry of entries.values()) {
    if (entry.watchers.size > 0 && Date.now() - entry.at > FRESH_MS) void entry.ask();
  }
}

globalThis.addEventListener("focus", refreshOld);
globalThis.addEventListener("online", refreshOld);
globalThis.document.addEventListener("visibilitychange", refreshOld);
setInterval(() => {
  if (!connected.value) refreshOld();
}, RETRY_MS);

let whose: string | null = null;
session.follow(() => {
  const user = session.value?.user.id ?? null;
  if (user === null || user === whose) {
    if (user) refreshOld();
    return;
  }
  if (whose !== null) entries.clear(); // somebody else has logged in: what the last one saw is not shown
  whose = user;
});
