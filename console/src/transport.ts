// One request to /graphql, without regard to sessions.

import type { TypedDocumentString } from "./generated/documents";
import { root } from "./page";
import { language } from "./words/language";

/** Why there is no answer: the server's code, or one of our own: OFFLINE, NO_ANSWER. */
export class Problem extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

export interface Answer<Data> {
  data: Data | null;
  problem: Problem | null;
}

interface Wire<Data> {
  data?: Data | null;
  errors?: { message: string; extensions?: { code?: string } }[];
}

const ACCEPT = "application/graphql-response+json, application/json;q=0.9";

export async function post<Data, Variables>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
  access?: string,
): Promise<Answer<Data>> {
  const headers: Record<string, string> = {
    Accept: ACCEPT,
    "Accept-Language": `${language.value}, ru;q=0.5`,
    "Content-Type": "application/json",
  };
  if (access) headers["Authorization"] = `Bearer ${access}`;
  const body = JSON.stringify({ query: document.toString(), variables });
  let wire: Wire<Data>;
  try {
    const response = await fetch(`${root}/graphql`, { method: "POST", headers, body, cache: "no-store" });
    wire = (await response.json()) as Wire<Data>;
  } catch {
    return { data: null, problem: new Problem(navigator.onLine ? "NO_ANSWER" : "OFFLINE", "") };
  }
  const first = wire.errors?.[0];
  const problem = first ? new Problem(first.extensions?.code ?? "INTERNAL_ERROR", first.message) : null;
  return { data: wire.data ?? null, problem };
}
