import { useEffect, useState } from "preact/hooks";

const TYPING_MS = 160;

/** What is being typed, as soon as whoever types pauses: nothing is asked of the server for each letter. */
export function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
