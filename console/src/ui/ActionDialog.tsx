// A form for one operation: a dry run shows what would change while one types; what is sent carries one key as long as
// it says the same, so that a double click, or a retry after a silence, posts once.

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { ChangedFragment, OutcomeFragment } from "../generated/documents";
import { refresh } from "../query";
import { Problem } from "../transport";
import { say } from "../words";
import { Dialog, explain } from "./basics";
import { Changes } from "./Changes";
import { toast } from "./Toast";

export interface Outcome {
  changes: readonly ChangedFragment[] | null;
  errors: readonly OutcomeFragment[];
}

export type How = { dryRun: true } | { idempotencyKey: string };
export type Values = Readonly<Record<string, string>>;

export interface Field {
  name: string;
  label: string;
  kind: "amount" | "number" | "text" | "area" | "date" | "choice";
  value?: string;
  options?: readonly { value: string; label: string }[];
  optional?: boolean;
  /** First lines to choose from. */
  canned?: readonly string[];
}

export interface Action {
  title: string;
  about: string;
  submit: string;
  danger?: boolean;
  /** It has no dry run of this kind: it is sent as it is. */
  untried?: boolean;
  fields: readonly Field[];
  perform(values: Values, how: How): Promise<Outcome>;
  done?(values: Values): void;
}

const TYPING_MS = 250;

export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `console-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** As the server takes it: a point, no spaces. */
function read(fields: readonly Field[], typed: Values): Values {
  const clean = (field: Field): string => {
    const text = (typed[field.name] ?? "").trim();
    return field.kind === "amount" ? text.replace(/[\s\u00a0]/g, "").replace(",", ".") : text;
  };
  return Object.fromEntries(fields.map((field) => [field.name, clean(field)]));
}

interface Tried {
  of: string;
  outcome: Outcome;
}

function failure(error: unknown): Outcome {
  const problem = error instanceof Problem ? error : new Problem("INTERNAL_ERROR", String(error));
  return { changes: null, errors: [{ code: "INTERNAL_ERROR", message: explain(problem), field: null }] };
}

export function ActionDialog({ action, close }: { action: Action; close(): void }): JSX.Element {
  const first = Object.fromEntries(action.fields.map(({ name, value }) => [name, value ?? ""]));
  const [typed, setTyped] = useState<Values>(first);
  const [tried, setTried] = useState<Tried | null>(null);
  const [busy, setBusy] = useState(false);
  const sent = useRef({ of: "", key: "" });
  const values = read(action.fields, typed);
  const now = JSON.stringify(values);
  const latest = useRef(now);
  latest.current = now;
  const isWhole = action.fields.every(({ name, optional }) => optional || values[name]);
  const shown = tried?.of === now ? tried.outcome : null;

  const tryOut = async (): Promise<Outcome> => {
    const outcome = await action.perform(values, { dryRun: true }).catch(failure);
    if (latest.current === now) setTried({ of: now, outcome });
    return outcome;
  };

  useEffect(() => {
    if (!isWhole || action.untried) return undefined;
    const timer = setTimeout(() => void tryOut(), action.fields.length > 0 ? TYPING_MS : 0);
    return () => clearTimeout(timer);
  }, [now, isWhole]);

  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (busy || !isWhole) return;
    setBusy(true);
    if (!shown && !action.untried) await tryOut(); // and is shown before it is done
    else if (!shown || shown.errors.length === 0) {
      if (sent.current.of !== now) sent.current = { of: now, key: newKey() };
      const outcome = await action.perform(values, { idempotencyKey: sent.current.key }).catch(failure);
      if (outcome.errors.length === 0) {
        toast(action.title);
        close();
        refresh();
        action.done?.(values);
        return;
      }
      setTried({ of: now, outcome });
    }
    setBusy(false);
  };

  const errors = shown?.errors ?? [];
  const named = new Set(action.fields.map(({ name }) => name));
  return (
    <Dialog title={action.title} close={close}>
      <form class="action" onSubmit={(event) => void submit(event)} noValidate>
        <p class="soft">{action.about}</p>
        {action.fields.map((field, index) => (
          <Input
            key={field.name}
            field={field}
            value={typed[field.name] ?? ""}
            isFirst={index === 0}
            error={errors.find((error) => error.field === field.name)?.message}
            onInput={(text) => setTyped({ ...typed, [field.name]: text })}
          />
        ))}
        <p class="problem" role="alert">
          {errors
            .filter(({ field }) => !field || !named.has(field))
            .map(({ message }) => message)
            .join(" ")}
        </p>
        {errors.length === 0 && <Changes changes={shown?.changes ?? null} waiting={isWhole && !shown && !action.untried} />}
        <div class="buttons">
          <button type="button" onClick={close}>
            {say("act.cancel")}
          </button>
          <button
            type="submit"
            autofocus={action.fields.length === 0}
            class={action.danger ? "primary danger" : "primary"}
            disabled={busy || !isWhole || errors.length > 0}
          >
            {action.submit}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function Input(props: {
  field: Field;
  value: string;
  isFirst: boolean;
  error: string | undefined;
  onInput(text: string): void;
}): JSX.Element {
  const { field, value, isFirst, error, onInput } = props;
  const common: Common = {
    name: field.name,
    value,
    autofocus: isFirst,
    autocomplete: "off",
    "aria-invalid": error ? true : undefined,
    onInput: (event: { currentTarget: { value: string } }) => onInput(event.currentTarget.value),
  };
  return (
    <>
      {field.canned && (
        <div class="canned" role="group" aria-label={say("ticket.canned")}>
          {field.canned.map((line) => (
            <button type="button" class="small" key={line} onClick={() => onInput(line)}>
              {line}
            </button>
          ))}
        </div>
      )}
      <Labelled field={field} error={error} common={common} />
    </>
  );
}

interface Common {
  name: string;
  value: string;
  autofocus: boolean;
  autocomplete: string;
  "aria-invalid": boolean | undefined;
  onInput(event: { currentTarget: { value: string } }): void;
}

function Labelled(props: { field: Field; error: string | undefined; common: Common }): JSX.Element {
  const { field, error, common } = props;
  return (
    <label>
      {field.label}
      {field.kind === "choice" ? (
        <select {...common}>
          {field.options?.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      ) : field.kind === "area" ? (
        <textarea {...common} />
      ) : (
        <input
          {...common}
          type={field.kind === "date" ? "date" : "text"}
          inputMode={field.kind === "amount" ? "decimal" : field.kind === "number" ? "numeric" : "text"}
        />
      )}
      {error && <span class="problem">{error}</span>}
    </label>
  );
}
