// Payments and tickets as lines of a list.

import type { ComponentChildren, JSX } from "preact";
import type { PaymentRowFragment, TicketRowFragment } from "../generated/documents";
import { address } from "../router";
import { cents, choice, distance, money, moment, say } from "../words";
import { Badge } from "./basics";
import { toneOf } from "./tones";

/** An amount as it moves the balance: charges and refunds take. */
export function signed({ transactionType, amount }: { transactionType: string; amount: string }): string {
  const takes = transactionType === "CHARGE" || transactionType === "REFUND" || cents(amount) < 0n;
  return takes ? money(amount.startsWith("-") ? amount : `-${amount}`) : `+${money(amount)}`;
}

export function PaymentLines(props: {
  payments: readonly PaymentRowFragment[];
  actions?: (payment: PaymentRowFragment) => ComponentChildren;
}): JSX.Element {
  return (
    <ul class="lines">
      {props.payments.map((payment) => (
        <li key={payment.id}>
          <div class="line">
            <span class="name">{choice("TransactionType", payment.transactionType)}</span>
            {payment.status !== "SUCCESS" && (
              <Badge tone={toneOf(payment.status)}>{choice("PaymentStatus", payment.status)}</Badge>
            )}
            <span class="amount">{signed(payment)}</span>
          </div>
          <div class="line soft">
            <span class="detail">
              {moment(payment.paymentDate)} · {payment.contract.number} · {choice("PaymentMethod", payment.paymentMethod)}
              {payment.description && ` · ${payment.description}`}
            </span>
            {props.actions?.(payment)}
          </div>
        </li>
      ))}
    </ul>
  );
}

export function TicketLines({ tickets }: { tickets: readonly TicketRowFragment[] }): JSX.Element {
  return (
    <ul class="lines">
      {tickets.map((ticket) => (
        <li key={ticket.id}>
          <div class="line">
            <a class="name" href={address("tickets", ticket.id)}>
              {ticket.subject}
            </a>
            <Badge tone={toneOf(ticket.priority)}>{choice("TicketPriority", ticket.priority)}</Badge>
          </div>
          <div class="line soft">
            <span class="detail">
              {choice("TicketStatus", ticket.status)} · {ticket.assignedTo?.fullName ?? say("ticket.unassigned")}
            </span>
            <Due ticket={ticket} />
          </div>
        </li>
      ))}
    </ul>
  );
}

export function Due({ ticket }: { ticket: { dueAt: string; isOverdue: boolean } }): JSX.Element {
  const when = distance(ticket.dueAt);
  return (
    <time class={ticket.isOverdue ? "due bad" : "due"} dateTime={ticket.dueAt} title={moment(ticket.dueAt)}>
      {ticket.isOverdue ? say("ticket.overdue", { when }) : say("ticket.due", { when })}
    </time>
  );
}
