// What an operation changes, entity by entity: old values and new ones.

import type { JSX } from "preact";
import type { ChangedFragment } from "../generated/documents";
import { choice, day, fieldName, money, say } from "../words";

const UNTOLD: ReadonlySet<string> = new Set(["createdAt", "updatedAt", "processedAt", "processedBy"]);
/** Of something new these say nothing that the form has not said. */
const UNTOLD_OF_NEW: ReadonlySet<string> = new Set([
  ...["contract", "customer", "tariff", "balanceAfter", "paymentDate", "transactionId", "refundedAmount", "paymentMethod"],
  ...["createdBy", "refundOf"],
]);
const AMOUNTS = /balance|amount|fee|limit|cost/i;

/** A value of a change in words: amounts, days and states as they are written elsewhere. */
export function valueOf(type: string, field: string, value: unknown): string {
  if (value === null || value === undefined || value === "") return "—";
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  if (AMOUNTS.test(field) && /^-?\d+(\.\d+)?$/.test(text)) return money(text);
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return day(text);
  if (field === "status") return choice(`${typename(type)}Status`, text.toUpperCase());
  if (field === "transactionType") return choice("TransactionType", text.toUpperCase());
  if (field === "paymentMethod") return choice("PaymentMethod", text.toUpperCase());
  if (field === "priority") return choice("TicketPriority", text.toUpperCase());
  if (field === "suspensionReason") return choice("SuspensionReason", text.toUpperCase());
  return text;
}

function isTold(action: string, field: string): boolean {
  return !UNTOLD.has(field) && !(action === "create" && UNTOLD_OF_NEW.has(field));
}

/** `contract` or `Contract`: the entity's name, as the words have it. */
const typename = (type: string): string => type.charAt(0).toUpperCase() + type.slice(1);

export function Changes(props: { changes: readonly ChangedFragment[] | null; waiting: boolean }): JSX.Element | null {
  const { changes, waiting } = props;
  if (!changes && !waiting) return null;
  const told = (changes ?? [])
    .map((change) => ({ ...change, fields: change.fields.filter((field) => isTold(change.action, field.field)) }))
    .filter(({ fields, action }) => fields.length > 0 || action === "delete");
  return (
    <section class="changes" aria-live="polite" aria-label={say("act.changes")}>
      <h3>{say("act.changes")}</h3>
      {!changes && <p class="soft">{say("state.loading")}</p>}
      {changes && told.length === 0 && <p class="soft">{say("act.noChanges")}</p>}
      {told.map((change, index) => (
        <dl key={index}>
          <dt>
            {choice("Typename", typename(change.type))} <span class="soft">{change.id}</span>
          </dt>
          {change.fields.map(({ field, old, new: next }) => (
            <dd key={field}>
              <span class="soft">{fieldName(field)}</span>
              <span class="values">
                {old !== null && old !== undefined && <s>{valueOf(change.type, field, old)}</s>}
                <b>{valueOf(change.type, field, next)}</b>
              </span>
            </dd>
          ))}
        </dl>
      ))}
    </section>
  );
}
