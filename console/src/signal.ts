// A value that components follow.

import { useLayoutEffect, useState } from "preact/hooks";

export interface Signal<T> {
  value: T;
  follow(told: () => void): () => void;
}

export function signal<T>(first: T): Signal<T> {
  let now = first;
  const followers = new Set<() => void>();
  return {
    get value() {
      return now;
    },
    set value(next: T) {
      if (Object.is(next, now)) return;
      now = next;
      for (const told of [...followers]) told();
    },
    follow(told) {
      followers.add(told);
      return () => followers.delete(told);
    },
  };
}

/** The signal's value, and drawn anew whenever it changes. */
export function useSignal<T>(source: Signal<T>): T {
  const [, draw] = useState(0);
  // as soon as it is drawn: a change that came before that would be missed
  useLayoutEffect(() => source.follow(() => draw((count) => count + 1)), [source]);
  return source.value;
}
