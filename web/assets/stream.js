// Subscriptions for the pages: server-sent events by fetch, since a browser's own EventSource sends no token.

import { credentials, language, renew, root, session } from "./session.js";

const AGAIN = 2000;

/** Whether a document's operation is a subscription, as far as its text tells. */
export function subscribes(query, operationName) {
  const plain = query.replace(/#.*/g, "").replace(/"""[\s\S]*?"""|"(?:\\.|[^"\\\n])*"/g, '""');
  const name = operationName ? `\\s+${operationName}\\b` : "";
  return new RegExp(`(^|[\\s}])subscription${name}(?=[\\s({@]|$)`).test(plain);
}

/**
 * The results of a subscription, one after another. A connection that is lost is made again, and goes on behind what
 * came last; an outdated token is renewed. Ended by `return()`.
 */
export function listen(request, headers = {}) {
  const control = new AbortController();
  const results = resultsOf(request, headers, control.signal);
  return {
    next: () => results.next(),
    return: () => { control.abort(); return results.return(); },
    [Symbol.asyncIterator]() { return this; },
  };
}

async function* resultsOf(request, headers, signal) {
  let last = "", renewed = false;
  while (!signal.aborted) {
    try {
      for await (const frame of frames(request, last ? { ...headers, "Last-Event-ID": last } : headers, signal)) {
        last = frame.id || last;
        if (frame.event === "complete") return;
        if (frame.event !== "next") continue;
        const result = JSON.parse(frame.data);
        const outdated = result.errors?.[0]?.extensions?.code === "TOKEN_NOT_VALID";
        if (outdated && session.tokens && !headers.Authorization && !renewed && (renewed = await renew())) break;
        renewed = false;
        yield result;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error.answer) { yield error.answer; return; }
    }
    if (!renewed) await new Promise((resolve) => { setTimeout(resolve, AGAIN); });
  }
}

async function* frames(request, headers, signal) {
  const response = await fetch(`${root}/graphql`, {
    method: "POST",
    headers: {
      Accept: "text/event-stream", "Accept-Language": language, "Content-Type": "application/json", ...credentials(), ...headers,
    },
    body: JSON.stringify(request),
    signal,
  });
  if (!response.ok) throw Object.assign(new Error(response.status), { answer: response.status < 500 ? await response.json() : null });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let text = "", part; !(part = await reader.read()).done;) {
    const blocks = (text + part.value).split("\n\n");
    text = blocks.pop();
    yield* blocks.map(read);
  }
}

/** One block of the stream: its fields. */
function read(block) {
  const frame = { event: "", data: "", id: "" };
  for (const line of block.split("\n")) {
    const [, field, value] = line.match(/^(\w*): ?(.*)$/) ?? [];
    if (field) frame[field] = value;
  }
  return frame;
}
