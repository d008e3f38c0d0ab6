// Requests of whoever is logged in: an outdated token is renewed once, and a lost session leads to the log-in.

import type { TypedDocumentString } from "./generated/documents";
import { ended, renew, session } from "./session";
import { Problem, post } from "./transport";

export async function execute<Data, Variables>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
): Promise<Data> {
  let access = session.value?.access;
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
  if (answer.data === null) throw answer.problem ?? new Problem("INTERNAL_ERROR", "");
  return answer.data;
}
