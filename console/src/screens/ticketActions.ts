// What may be done with a ticket, and how a new one is opened.

import {
  AssignTicketDocument,
  CloseTicketDocument,
  CommentTicketDocument,
  CreateTicketDocument,
  ReopenTicketDocument,
  ResolveTicketDocument,
  StaffDocument,
  StartTicketWorkDocument,
  UnassignTicketDocument,
  WaitTicketDocument,
} from "../generated/documents";
import type {
  SubscriberQuery,
  TicketCategory,
  TicketPriority,
  TicketWholeFragment,
} from "../generated/documents";
import { execute, result } from "../client";
import { address, go } from "../router";
import { may, session } from "../session";
import type { Action, Field, How, Outcome, Values } from "../ui/ActionDialog";
import { choice, phone, say } from "../words";
import type { Offer } from "./contractActions";

type Customer = NonNullable<SubscriberQuery["customer"]>;

const CATEGORIES: readonly TicketCategory[] = ["TECHNICAL", "BILLING", "TARIFF", "SIM", "COMPLAINT", "OTHER"];
const PRIORITIES: readonly TicketPriority[] = ["LOW", "MEDIUM", "HIGH", "CRITICAL"];
const CANNED = ["ticket.canned.restart", "ticket.canned.paid", "ticket.canned.network"] as const;

/** The first lines of answers that are given often. */
export const cannedLines = (): string[] => CANNED.map((word) => say(word));

export function ticketOffers(ticket: TicketWholeFragment): Offer[] {
  const { id, status, subject, assignedTo } = ticket;
  const isOpen = status === "NEW" || status === "IN_PROGRESS" || status === "WAITING";
  const isMine = assignedTo?.databaseId === session.value?.user.databaseId;
  const simple = (word: string, perform: Action["perform"], key?: string): Offer => ({
    word,
    ...(key ? { key } : {}),
    open: () => ({ title: word, about: subject, submit: word, fields: [], perform }),
  });
  const offers: (Offer | false)[] = [
    may("commentTicket") && { word: say("comment.add"), key: "r", open: () => answering(ticket) },
    isOpen && may("resolveTicket") && { word: say("act.resolve"), key: "s", open: () => resolving(ticket) },
    may("assignTicket") && isOpen && !isMine && taking(ticket),
    may("startTicketWork") &&
      (status === "NEW" || status === "WAITING") &&
      simple(say("act.start"), async (_, how) =>
        result(await execute(StartTicketWorkDocument, { input: { id, ...how } })),
      ),
    may("waitTicket") &&
      (status === "IN_PROGRESS" || status === "NEW") &&
      simple(say("act.wait"), async (_, how) => result(await execute(WaitTicketDocument, { input: { id, ...how } }))),
    may("assignTicket") && isOpen && { word: say("act.assign"), open: () => assigning(ticket) },
    may("unassignTicket") &&
      isOpen &&
      assignedTo !== null &&
      simple(say("act.unassign"), async (_, how) =>
        result(await execute(UnassignTicketDocument, { input: { id, ...how } })),
      ),
    may("reopenTicket") &&
      (status === "RESOLVED" || status === "CLOSED") &&
      simple(say("act.reopen"), async (_, how) => result(await execute(ReopenTicketDocument, { input: { id, ...how } }))),
    may("closeTicket") && status !== "CLOSED" && { word: say("act.close"), open: () => closing(ticket) },
  ];
  return offers.filter((one) => one !== false);
}

async function staffOptions(): Promise<{ value: string; label: string; databaseId: number }[]> {
  const { staff } = await execute(StaffDocument, {});
  return (staff?.nodes ?? []).map(({ id, databaseId, fullName, openTicketsCount }) => ({
    value: id,
    databaseId,
    label: `${fullName} — ${say("act.openTickets", { n: openTicketsCount })}`,
  }));
}

const assign =
  (id: string) =>
  async (values: Values, how: How): Promise<Outcome> =>
    result(await execute(AssignTicketDocument, { input: { id, userId: values["userId"] ?? "", ...how } }));

async function assigning({ id, subject }: TicketWholeFragment): Promise<Action> {
  const options = await staffOptions();
  const word = say("act.assign");
  const value = options[0]?.value ?? "";
  const fields: Field[] = [{ name: "userId", label: say("act.staff"), kind: "choice", options, value }];
  return { title: word, about: subject, submit: word, fields, perform: assign(id) };
}

function taking({ id, subject }: TicketWholeFragment): Offer {
  const word = say("act.assignMe");
  const open = async (): Promise<Action> => {
    const me = (await staffOptions()).find(({ databaseId }) => databaseId === session.value?.user.databaseId);
    const perform = (_: Values, how: How): Promise<Outcome> => assign(id)({ userId: me?.value ?? "" }, how);
    return { title: word, about: subject, submit: word, fields: [], perform };
  };
  return { word, key: "a", open };
}

function answering({ id, subject }: TicketWholeFragment): Action {
  const word = say("comment.add");
  const fields: Field[] = [
    { name: "body", label: say("comment.body"), kind: "area", canned: cannedLines() },
    {
      name: "kind",
      label: say("comment.kind"),
      kind: "choice",
      value: "public",
      options: (["public", "internal", "from"] as const).map((value) => ({ value, label: say(`comment.${value}`) })),
    },
  ];
  const perform = async (values: Values, how: How): Promise<Outcome> => {
    const seen = { isInternal: values["kind"] === "internal", fromCustomer: values["kind"] === "from" };
    return result(await execute(CommentTicketDocument, { input: { id, body: values["body"] ?? "", ...seen, ...how } }));
  };
  return { title: word, about: subject, submit: word, fields, perform };
}

function resolving({ id, subject }: TicketWholeFragment): Action {
  const word = say("act.resolve");
  const fields: Field[] = [{ name: "resolution", label: say("ticket.resolution"), kind: "area", canned: cannedLines() }];
  return {
    title: word,
    about: subject,
    submit: word,
    fields,
    perform: async (values, how) =>
      result(await execute(ResolveTicketDocument, { input: { id, resolution: values["resolution"] ?? "", ...how } })),
  };
}

function closing({ id, subject }: TicketWholeFragment): Action {
  const word = say("act.close");
  return {
    title: word,
    about: subject,
    submit: word,
    fields: [{ name: "reason", label: say("act.reasonOptional"), kind: "text", optional: true }],
    perform: async (values, how) => {
      const reason = values["reason"] ? { reason: values["reason"] } : {};
      return result(await execute(CloseTicketDocument, { input: { id, ...reason, ...how } }));
    },
  };
}

export function newTicket(customer: Customer): Offer[] {
  if (!may("createTicket")) return [];
  const word = say("act.ticket");
  const contracts = customer.contracts.nodes.map(({ id, number, sim }) => ({
    value: id,
    label: sim ? `${number} · ${phone(sim.msisdn)}` : number,
  }));
  const fields: Field[] = [
    { name: "subject", label: say("ticket.subject"), kind: "text" },
    { name: "description", label: say("ticket.description"), kind: "area" },
    {
      name: "category",
      label: say("ticket.category"),
      kind: "choice",
      value: "TECHNICAL",
      options: CATEGORIES.map((value) => ({ value, label: choice("TicketCategory", value) })),
    },
    {
      name: "priority",
      label: say("ticket.priority"),
      kind: "choice",
      value: "MEDIUM",
      options: PRIORITIES.map((value) => ({ value, label: choice("TicketPriority", value) })),
    },
    {
      name: "contractId",
      label: say("ticket.contract"),
      kind: "choice",
      optional: true,
      value: contracts.length === 1 ? (contracts[0]?.value ?? "") : "",
      options: [{ value: "", label: say("ticket.noContract") }, ...contracts],
    },
  ];
  let made = "";
  const perform = async (values: Values, how: How): Promise<Outcome> => {
    const about = values["contractId"] ? { contractId: values["contractId"] } : {};
    const input = {
      customerId: customer.id,
      subject: values["subject"] ?? "",
      description: values["description"] ?? "",
      category: CATEGORIES.find((one) => one === values["category"]) ?? "OTHER",
      priority: PRIORITIES.find((one) => one === values["priority"]) ?? "MEDIUM",
    };
    const answer = result(await execute(CreateTicketDocument, { input: { ...input, ...about, ...how } }));
    made = answer.ticket?.id ?? "";
    return answer;
  };
  const done = (): void => go(address("tickets", made));
  return [{ word, key: "n", open: () => ({ title: word, about: customer.fullName, submit: word, fields, perform, done }) }];
}
