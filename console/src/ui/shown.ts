// The query that the screen in front stands on, for `⋯ → GraphQL`; and what was opened lately, in this tab only.

import { useEffect } from "preact/hooks";
import type { TypedDocumentString } from "../generated/documents";
import { useQuery } from "../query";
import type { Read } from "../query";
import { signal } from "../signal";

export interface Shown {
  text: string;
  variables: string;
}

export const shown = signal<Shown | null>(null);

/** The query of a screen, which the screen's menu shows. */
export function useScreenQuery<Data, Variables>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables | null,
  everyMs?: number,
): Read<Data> {
  const read = useQuery(document, variables, everyMs);
  const written = JSON.stringify(variables, null, 2);
  useEffect(() => {
    shown.value = variables === null ? null : { text: document.toString().trim(), variables: written };
    return () => {
      shown.value = null;
    };
  }, [document, written]);
  return read;
}

export interface Visit {
  to: string;
  name: string;
  detail: string;
}

const LATELY = 6;

export const visits = signal<readonly Visit[]>([]);

export function visited(visit: Visit): void {
  visits.value = [visit, ...visits.value.filter((other) => other.to !== visit.to)].slice(0, LATELY);
}
