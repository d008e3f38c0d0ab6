import type { JSX } from "preact";
import { signal, useSignal } from "../signal";

const SHOWN_MS = 3_500;

const words = signal("");
let timer: ReturnType<typeof setTimeout> | undefined;

/** Say for a moment what has been done. */
export function toast(text: string): void {
  words.value = text;
  clearTimeout(timer);
  timer = setTimeout(() => {
    words.value = "";
  }, SHOWN_MS);
}

export function Toast(): JSX.Element {
  const text = useSignal(words);
  return (
    <div class="toast" role="status" data-shown={text !== ""}>
      {text && `✓ ${text}`}
    </div>
  );
}
