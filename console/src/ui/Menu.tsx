import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { root } from "../page";
import { logOut, session } from "../session";
import { useSignal } from "../signal";
import { choice, say } from "../words";
import { dress, language, LANGUAGES, speak, theme } from "../words/language";
import type { Language, Theme } from "../words/language";
import { Dialog, Icon } from "./basics";
import { shown } from "./shown";

const THEMES: readonly Theme[] = ["system", "light", "dark"];

export function LanguageChoice(): JSX.Element {
  return (
    <div class="choices" role="group" aria-label={say("app.language")}>
      {Object.entries(LANGUAGES).map(([code, name]) => (
        <button
          type="button"
          key={code}
          lang={code}
          aria-pressed={language.value === code}
          onClick={() => speak(code as Language)}
        >
          {name}
        </button>
      ))}
    </div>
  );
}

function ThemeChoice(): JSX.Element {
  const now = useSignal(theme);
  return (
    <div class="choices" role="group" aria-label={say("app.theme")}>
      {THEMES.map((one) => (
        <button type="button" key={one} aria-pressed={now === one} onClick={() => dress(one)}>
          {say(`app.theme.${one}`)}
        </button>
      ))}
    </div>
  );
}

/** ⋯: who is logged in, the screen's query, the other doors, language, theme, the way out. */
export function Menu(): JSX.Element {
  const [open, setOpen] = useState(false);
  const [query, setQuery] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const user = useSignal(session)?.user;

  useEffect(() => {
    if (!open) return undefined;
    const leave = (event: Event): void => {
      const outside = event.target instanceof Node && !box.current?.contains(event.target);
      if (outside || (event instanceof KeyboardEvent && event.key === "Escape")) setOpen(false);
    };
    document.addEventListener("mousedown", leave);
    document.addEventListener("keydown", leave);
    return () => {
      document.removeEventListener("mousedown", leave);
      document.removeEventListener("keydown", leave);
    };
  }, [open]);

  return (
    <div class="menu" ref={box}>
      <button
        type="button"
        class="icon"
        aria-label={say("app.menu")}
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <Icon name="more" />
      </button>
      {open && (
        <div class="sheet">
          {user && (
            <p class="who">
              <strong>{user.fullName}</strong>
              <span class="soft">{choice("Role", user.role)}</span>
            </p>
          )}
          <button
            type="button"
            class="item"
            onClick={() => {
              setOpen(false);
              setQuery(true);
            }}
          >
            {say("app.query")}
          </button>
          <a class="item" href={`${root}/graphql`} target="_blank" rel="noopener">
            {say("app.graphiql")}
          </a>
          <a class="item" href={`${root}/api/docs/`} target="_blank" rel="noopener">
            {say("app.restDocs")}
          </a>
          <a class="item" href={`${root}/api/schema/`} target="_blank" rel="noopener">
            {say("app.openapi")}
          </a>
          <LanguageChoice />
          <ThemeChoice />
          <button type="button" class="item" onClick={() => void logOut()}>
            {say("app.logOut")}
          </button>
        </div>
      )}
      {query && <QueryDialog close={() => setQuery(false)} />}
    </div>
  );
}

function QueryDialog({ close }: { close(): void }): JSX.Element {
  const [copied, setCopied] = useState(false);
  const query = shown.value;
  const copy = async (text: string): Promise<void> => {
    await navigator.clipboard?.writeText(text);
    setCopied(true);
  };
  return (
    <Dialog title={say("app.query")} close={close} wide>
      {!query && <p>{say("app.noQuery")}</p>}
      {query && (
        <>
          <p class="soft">{say("app.queryHint")}</p>
          <pre tabIndex={0} role="region" aria-label="GraphQL">{query.text}</pre>
          <pre tabIndex={0} role="region" aria-label="JSON">{query.variables}</pre>
          <div class="buttons">
            <button type="button" onClick={() => void copy(query.text)}>
              {copied ? say("app.copied") : say("app.copy")}
            </button>
            <a
              class="button primary"
              target="_blank"
              rel="noopener"
              href={`${root}/graphql#${new URLSearchParams({ query: query.text, variables: query.variables })}`}
            >
              {say("app.openGraphiql")}
            </a>
          </div>
        </>
      )}
    </Dialog>
  );
}
