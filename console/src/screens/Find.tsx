import type { JSX } from "preact";
import { go, place } from "../router";
import { useSignal } from "../signal";
import { useTitle } from "../ui/basics";
import { visits } from "../ui/shown";
import { say } from "../words";
import { FindBox } from "./FindBox";

/** The first screen: what is looked for stands in its address. */
export function Find(): JSX.Element {
  const text = useSignal(place).search.get("q") ?? "";
  const lately = useSignal(visits);
  useTitle(say("nav.find"));
  const setText = (next: string): void => {
    const query = next ? `?${new URLSearchParams({ q: next })}` : "";
    go(globalThis.location.pathname + query, true);
  };
  return (
    <main id="content" class="home">
      <h1>{say("find.title")}</h1>
      <p class="soft">{say("find.hint")}</p>
      <FindBox text={text} setText={setText} isScreen />
      {!text && lately.length > 0 && (
        <section class="lately" aria-label={say("find.recent")}>
          <h2>{say("find.recent")}</h2>
          {lately.map(({ to, name, detail }) => (
            <a key={to} class="match" href={to}>
              <span class="name">{name}</span>
              <span class="detail soft">{detail}</span>
            </a>
          ))}
        </section>
      )}
    </main>
  );
}
