import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { FindDocument } from "../generated/documents";
import { useQuery } from "../query";
import { go } from "../router";
import { Badge, Empty, explain } from "../ui/basics";
import { useSettled } from "../ui/settled";
import { useScreenQuery } from "../ui/shown";
import { toneOf } from "../ui/tones";
import { say } from "../words";
import { matchOf } from "./matches";
import type { Match } from "./matches";

const SHORTEST = 2;

export interface Page {
  to: string;
  name: string;
}

/** The box over everything: results while one types, arrows and Enter; pages whose names match come last. */
export function FindBox(props: {
  text: string;
  setText(text: string): void;
  pages?: readonly Page[];
  opened?(): void;
  isScreen?: boolean;
}): JSX.Element {
  const { text, setText } = props;
  const [chosen, setChosen] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  const settled = useSettled(text.trim());
  const variables = settled.length < SHORTEST ? null : { text: settled };
  const ask = props.isScreen ? useScreenQuery : useQuery;
  const { data, problem } = ask(FindDocument, variables, 120_000);
  const last = useRef<readonly Match[]>([]);
  if (data?.search) last.current = data.search.edges.map(matchOf).filter((match) => match !== null);
  if (!variables) last.current = [];
  const matches = last.current;
  const pages = (props.pages ?? []).filter(({ name }) => name.toLowerCase().includes(text.trim().toLowerCase()));
  const total = matches.length + pages.length;
  const place = Math.min(chosen, Math.max(0, total - 1));

  useEffect(() => input.current?.focus(), []);
  useEffect(() => setChosen(0), [settled]);
  useEffect(() => {
    document.getElementById(`match-${place}`)?.scrollIntoView({ block: "nearest" });
  }, [place]);

  const open = (to: string): void => {
    props.opened?.();
    go(to);
  };
  const onKey = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && total > 0) {
      event.preventDefault();
      setChosen((place + step + total) % total);
    }
    const to = matches[place]?.to ?? pages[place - matches.length]?.to;
    if (event.key === "Enter" && to && settled === text.trim()) {
      event.preventDefault();
      open(to);
    }
  };

  const waiting = variables !== null && !data && !problem;
  return (
    <div class="find">
      <input
        ref={input}
        type="search"
        role="combobox"
        aria-label={say("app.search")}
        aria-expanded={total > 0}
        aria-controls="matches"
        aria-activedescendant={total > 0 ? `match-${place}` : undefined}
        placeholder={say("app.search")}
        autocomplete="off"
        spellcheck={false}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={onKey}
      />
      <div id="matches" role="listbox" aria-label={say("find.results")} aria-busy={waiting}>
        {matches.map((match, index) => (
          <Line key={match.to + match.why} match={match} index={index} isChosen={index === place} open={open} />
        ))}
        {pages.map((page, index) => (
          <a
            key={page.to}
            id={`match-${matches.length + index}`}
            role="option"
            tabIndex={-1}
            aria-selected={matches.length + index === place}
            class="match page"
            href={page.to}
            onClick={() => props.opened?.()}
          >
            <span class="kind">{say("find.pages")}</span>
            <span class="name">{page.name}</span>
          </a>
        ))}
      </div>
      {problem && !data && <p class="problem" role="alert">{explain(problem)}</p>}
      {data && matches.length === 0 && variables && (
        <Empty>
          <strong>{say("find.nothing", { text: settled })}</strong>
          <br />
          {say("find.nothingHint")}
        </Empty>
      )}
      {total > 0 && <p class="keys soft">{say("find.keys")}</p>}
    </div>
  );
}

function Line(props: { match: Match; index: number; isChosen: boolean; open(to: string): void }): JSX.Element {
  const { match, index, isChosen, open } = props;
  return (
    <a
      id={`match-${index}`}
      role="option"
      tabIndex={-1}
      aria-selected={isChosen}
      class="match"
      href={match.to}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        open(match.to);
      }}
    >
      <span class="kind">{match.kind}</span>
      <span class="name">{match.name}</span>
      <span class="detail soft">{match.detail}</span>
      <Badge tone={toneOf(match.status.value)}>{match.status.word}</Badge>
      <span class="why soft">{match.why}</span>
    </a>
  );
}
