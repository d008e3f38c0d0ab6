// Connecting a number, step by step: customer, contract, first payment, activation. Each step has a key of its own, so
// that going on after a refusal repeats nothing that was done; and what can be tried beforehand is.

import { execute, result } from "../client";
import {
  ActivateContractDocument,
  CreateContractDocument,
  CreateCustomerDocument,
  DepositDocument,
} from "../generated/documents";
import type { CreateCustomerInput, OutcomeFragment } from "../generated/documents";

export interface Order {
  /** Whom it is for: somebody known, or somebody new. */
  customer: { id: string } | { input: CreateCustomerInput };
  tariffId: string;
  simId: string;
  /** Of the first payment; empty for none. */
  amount: string;
}

export const STEPS = ["customer", "contract", "deposit", "activate"] as const;
export type Step = (typeof STEPS)[number];

export interface Progress {
  done: readonly Step[];
  errors: readonly OutcomeFragment[];
  customerId: string;
  contractId: string;
}

export const NOTHING: Progress = { done: [], errors: [], customerId: "", contractId: "" };

/** Whether the customer could be made as said: a dry run, which leaves nothing behind. */
export async function tryCustomer(order: Order): Promise<readonly OutcomeFragment[]> {
  if ("id" in order.customer) return [];
  const answer = await execute(CreateCustomerDocument, { input: { ...order.customer.input, dryRun: true } });
  return result(answer).errors;
}

/** Carry out what is left of an order; what is refused ends it there, and what was done stays in the progress. */
export async function connect(order: Order, before: Progress, key: string, told: (now: Progress) => void): Promise<Progress> {
  let now: Progress = { ...before, errors: [] };
  for (const step of STEPS) {
    if (now.done.includes(step)) continue;
    now = await carryOut(step, order, now, `${key}-${step}`);
    told(now);
    if (now.errors.length > 0) return now;
  }
  return now;
}

async function carryOut(step: Step, order: Order, now: Progress, idempotencyKey: string): Promise<Progress> {
  const ended = (errors: readonly OutcomeFragment[], made: Partial<Progress> = {}): Progress =>
    errors.length > 0 ? { ...now, errors } : { ...now, ...made, done: [...now.done, step] };
  const { customer, tariffId, simId, amount } = order;
  switch (step) {
    case "customer": {
      if ("id" in customer) return ended([], { customerId: customer.id });
      const answer = result(await execute(CreateCustomerDocument, { input: { ...customer.input, idempotencyKey } }));
      return ended(answer.errors, { customerId: answer.customer?.id ?? "" });
    }
    case "contract": {
      const input = { customerId: now.customerId, tariffId, idempotencyKey };
      const answer = result(await execute(CreateContractDocument, { input }));
      return ended(answer.errors, { contractId: answer.contract?.id ?? "" });
    }
    case "deposit": {
      if (!amount) return ended([]);
      return ended(result(await execute(DepositDocument, { input: { id: now.contractId, amount, idempotencyKey } })).errors);
    }
    case "activate": {
      const input = { id: now.contractId, simId, idempotencyKey };
      return ended(result(await execute(ActivateContractDocument, { input })).errors);
    }
  }
}
