// What is wrong with a subscriber now, worst first: what an agent should see before the customer says it.

import type { SubscriberQuery } from "../generated/documents";
import type { Tone } from "../ui/basics";
import { amountOf, cents, choice, day, money, phone, say } from "../words";

type Customer = NonNullable<SubscriberQuery["customer"]>;
type Contract = Customer["contracts"]["nodes"][number];

export interface Wrong {
  tone: Tone;
  text: string;
}

export function whatIsWrong(customer: Customer): Wrong[] {
  const wrong: Wrong[] = [];
  if (customer.status !== "ACTIVE") {
    const tone = customer.status === "BLOCKED" ? "bad" : "warn";
    wrong.push({ tone, text: say("sub.wrong.customer", { status: choice("CustomerStatus", customer.status) }) });
  }
  for (const contract of customer.contracts.nodes) wrong.push(...wrongWith(contract));
  for (const ticket of customer.tickets.nodes) {
    if (ticket.isOverdue) wrong.push({ tone: "bad", text: say("sub.wrong.ticket", { subject: ticket.subject }) });
  }
  return wrong;
}

function wrongWith(contract: Contract): Wrong[] {
  const { number, status, suspensionReason, balance, sim } = contract;
  if (status === "DRAFT" || status === "TERMINATED") return [];
  const wrong: Wrong[] = [];
  if (status === "SUSPENDED") {
    const reason = suspensionReason ? ` (${choice("SuspensionReason", suspensionReason)})` : "";
    wrong.push({
      tone: "bad",
      text: say("sub.wrong.contract", { number, status: choice("ContractStatus", status) + reason }),
    });
  }
  if (cents(balance) < 0n) {
    wrong.push({ tone: "bad", text: say("sub.wrong.balance", { number, amount: money(balance) }) });
  } else if (status === "ACTIVE" && missing(contract) > 0n) {
    const amount = money(amountOf(missing(contract)));
    const date = day(contract.nextBillingDate ?? "");
    wrong.push({ tone: "warn", text: say("sub.wrong.fee", { number, amount, date }) });
  }
  if (sim && sim.status !== "ACTIVE" && status === "ACTIVE") {
    wrong.push({
      tone: "warn",
      text: say("sub.wrong.sim", { number: phone(sim.msisdn), status: choice("SimStatus", sim.status) }),
    });
  }
  return wrong;
}

/** How much the next fee wants beyond the balance, on a prepaid tariff. */
function missing({ balance, creditLimit, monthlyFee, nextBillingDate, tariff }: Contract): bigint {
  if (!nextBillingDate || tariff.tariffType !== "PREPAID") return 0n;
  return cents(monthlyFee) - cents(balance) - cents(creditLimit);
}
