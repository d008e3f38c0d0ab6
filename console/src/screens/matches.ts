// What a search finds, as lines to choose from: where each leads, and what is said of it.

import type { FindQuery } from "../generated/documents";
import { address } from "../router";
import { choice, money, phone } from "../words";

type Edge = NonNullable<FindQuery["search"]>["edges"][number];

export interface Match {
  to: string;
  name: string;
  detail: string;
  kind: string;
  why: string;
  status: { word: string; value: string };
}

function subscriber(customer: string, contract?: string): string {
  return address("customers", customer) + (contract ? `?contract=${encodeURIComponent(contract)}` : "");
}

type Told = Omit<Match, "kind" | "why">;

function told({ node }: Edge): Told | null {
  switch (node.__typename) {
    case "Customer": {
      const status = { word: choice("CustomerStatus", node.customerStatus), value: node.customerStatus };
      return { to: subscriber(node.id), name: node.fullName, detail: phone(node.phone), status };
    }
    case "Contract": {
      const status = { word: choice("ContractStatus", node.contractStatus), value: node.contractStatus };
      return { to: subscriber(node.customer.id, node.id), name: node.number, detail: node.customerName, status };
    }
    case "Sim": {
      const owner = node.boundTo?.customer;
      const to = owner ? subscriber(owner.id, node.boundTo?.id) : address("sims", node.id);
      const status = { word: choice("SimStatus", node.simStatus), value: node.simStatus };
      return { to, name: phone(node.msisdn), detail: owner?.fullName ?? node.iccid, status };
    }
    case "Payment": {
      const status = { word: choice("PaymentStatus", node.paymentStatus), value: node.paymentStatus };
      const name = `${choice("TransactionType", node.transactionType)} ${money(node.amount)}`;
      const detail = `${node.transactionId} · ${node.customerName}`;
      return { to: subscriber(node.contract.customer.id, node.contract.id), name, detail, status };
    }
    case "Ticket": {
      const status = { word: choice("TicketStatus", node.ticketStatus), value: node.ticketStatus };
      return { to: address("tickets", node.id), name: node.subject, detail: node.customerName, status };
    }
    default:
      return null; // of a type that this page does not know yet
  }
}

const plain = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");

export function matchOf(edge: Edge): Match | null {
  const found = told(edge);
  if (!found) return null;
  const isSaid = [found.name, found.detail].some((text) => plain(text).includes(plain(edge.match)));
  const why = isSaid ? "" : `${choice("SearchReason", edge.reason)}: ${edge.match}`;
  return { ...found, kind: choice("Typename", edge.node.__typename), why };
}
