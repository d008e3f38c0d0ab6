import type { ComponentChildren, JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { Problem } from "../transport";
import type { Read } from "../query";
import { say } from "../words";

export type Tone = "good" | "warn" | "bad" | "calm";

export function Badge({ tone = "calm", children }: { tone?: Tone; children: ComponentChildren }): JSX.Element {
  return <span class={`badge ${tone}`}>{children}</span>;
}

export type Fact = readonly [name: string, value: string | null | undefined];

/** What is known, one under the other; what is not known is left out. */
export function Facts({ facts, tall }: { facts: readonly Fact[]; tall?: boolean }): JSX.Element {
  return (
    <dl class={tall ? "facts tall" : "facts"}>
      {facts.map(
        ([name, value]) =>
          value && (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}

export function Card(props: {
  title: string;
  count?: number | undefined;
  actions?: ComponentChildren;
  class?: string;
  children: ComponentChildren;
}): JSX.Element {
  return (
    <section class={`card ${props.class ?? ""}`} aria-label={props.title}>
      <header>
        <h2>{props.title}</h2>
        {props.count !== undefined && props.count > 0 && <span class="count">{props.count}</span>}
        <div class="actions">{props.actions}</div>
      </header>
      {props.children}
    </section>
  );
}

export function Empty({ children }: { children: ComponentChildren }): JSX.Element {
  return <p class="empty">{children}</p>;
}

/** Grey lines while something is on its way; told to screen readers too. */
export function Loading(): JSX.Element {
  return (
    <div class="loading" role="status">
      <span class="hidden">{say("state.loading")}</span>
      <i />
      <i />
      <i />
    </div>
  );
}

export function explain(problem: Problem): string {
  if (problem.code === "OFFLINE" || problem.code === "NO_ANSWER") return say("state.noAnswer");
  return problem.message || say("state.failed");
}

export function Failed({ problem, retry }: { problem: Problem; retry(): void }): JSX.Element {
  return (
    <div class="failed" role="alert">
      <h1>{say("state.failed")}</h1>
      <p>{explain(problem)}</p>
      <button type="button" class="primary" onClick={retry}>
        {say("state.retry")}
      </button>
    </div>
  );
}

export function NotFound(): JSX.Element {
  return (
    <div class="failed">
      <h1>{say("state.notFound")}</h1>
      <p>{say("state.notFoundHint")}</p>
    </div>
  );
}

/** What is read, once it is there; what was there before goes on being shown while it is read again. */
export function Shown<Data>(props: { read: Read<Data>; children: (data: Data) => JSX.Element }): JSX.Element {
  const { data, problem, refetch } = props.read;
  if (data) return props.children(data);
  return problem ? <Failed problem={problem} retry={refetch} /> : <Loading />;
}

/** The window's title, of the screen and what it is about. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title ? `${title} · Abonent` : "Abonent";
  }, [title]);
}

export function Dialog(props: { title: string; close(): void; wide?: boolean; children: ComponentChildren }): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => dialog.current?.showModal(), []); // before the next key is typed
  const onBackdrop = (event: MouseEvent): void => {
    if (event.target === dialog.current) props.close();
  };
  return (
    <dialog
      ref={dialog}
      class={props.wide ? "wide" : ""}
      aria-label={props.title}
      onMouseDown={onBackdrop}
      onCancel={(event) => {
        event.preventDefault();
        props.close();
      }}
    >
      <div class="inside">
        <div class="heading">
          <h2>{props.title}</h2>
          <button type="button" class="icon" aria-label="Esc" title="Esc" onClick={props.close}>
            <Icon name="close" />
          </button>
        </div>
        {props.children}
      </div>
    </dialog>
  );
}

const ICONS = {
  find: "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14ZM16.5 16.5 21 21",
  tickets: "M4 7h16v3.5a1.8 1.8 0 0 0 0 3.5V17H4v-3a1.8 1.8 0 0 0 0-3.5V7ZM14 7v10",
  connect: "M12 5v14M5 12h14",
  today: "M4 20h16M7 20v-7M12 20V6M17 20v-10",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  close: "M6 6l12 12M18 6 6 18",
  warning: "M12 4 2.8 20h18.4L12 4ZM12 10v4M12 17h.01",
  sim: "M7 3h7l4 4v14H7V3ZM10 12h5v5h-5z",
} as const;

export type IconName = keyof typeof ICONS;

export function Icon({ name }: { name: IconName }): JSX.Element {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true" class="glyph">
      <path d={ICONS[name]} />
    </svg>
  );
}
