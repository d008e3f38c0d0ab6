// Requests of whoever is logged in: an outdated token is renewed once, and a lost session leads to the log-in.

import type { TypedDocumentString } from "./generated/documents";
import { ended, renew, session } from "./session";
import { Problem, post } from "./transport";

export async function execute<Data, Variables>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
): Promise<Data> {
  let access = session.value?.access;
  if (access && session.value && Date.now() >= session.value.renewAt) {
    await renew(access);
    access = session.value?.access;
  }
  let answer = await post(document, variables, access);
  if (access && answer.problem?.code === "TOKEN_NOT_VALID") {
    await renew(access);
    access = session.value?.access;
    if (access) answer = await post(document, variables, access);
  }
  if (answer.problem?.code === "NOT_AUTHENTICATED" || answer.problem?.code === "TOKEN_NOT_VALID") {
    ended.value = true;
    session.value = null;
  }
  if (isNothing(answer.data) && answer.problem) throw answer.problem;
  if (answer.data === null) throw answer.problem ?? new Problem("INTERNAL_ERROR", "");
  return answer.data;
}

/** Whether each field of an answer is null: then its errors say all. */
function isNothing(data: unknown): boolean {
  return typeof data === "object" && data !== null && Object.values(data).every((value) => value === null);
}

/** A mutation's payload: each of our documents calls it `result`. */
export function result<Payload>(data: { result: Payload | null }): Payload {
  if (data.result === null) throw new Problem("INTERNAL_ERROR", "");
  return data.result;
}
