import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { root } from "../page";
import { logOut, session } from "../session";
import { useSignal } from "../signal";
import { choice, say } from "../words";
import { dress, language, LANGUAGES, speak, theme } from "../words/language";
import type { Language, Theme } from "../words/language";
import { Dialog, Icon } from "./basics";
import { Popover } from "./Popover";
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
  const [query, setQuery] = useState(false);
  const user = useSignal(session)?.user;
  const doors: readonly [string, string][] = [
    [`${root}/graphql`, say("app.graphiql")],
    [`${root}/api/docs/`, say("app.restDocs")],
    [`${root}/api/schema/`, say("app.openapi")],
  ];
  return (
    <>
      <Popover label={say("app.menu")} class="icon" face={<Icon name="more" />}>
        {(close) => (
          <>
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
                close();
                setQuery(true);
              }}
            >
              {say("app.query")}
            </button>
            {doors.map(([href, name]) => (
              <a key={href} class="item" href={href} target="_blank" rel="noopener">
                {name}
              </a>
            ))}
            <LanguageChoice />
            <ThemeChoice />
            <button type="button" class="item" onClick={() => void logOut()}>
              {say("app.logOut")}
            </button>
          </>
        )}
      </Popover>
      {query && <QueryDialog close={() => setQuery(false)} />}
    </>
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
