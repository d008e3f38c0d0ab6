// A new subscriber by a generated, typed client: customer, SIM, contract, first payment, first ticket, termination.
// Types and documents are made from the server's own description by GraphQL Code Generator, and are not kept:
// `make examples` makes them.
import { randomUUID } from "node:crypto";
import {
  ConnectSimDocument,
  DepositDocument,
  EndContractDocument,
  LogInDocument,
  OpenTicketDocument,
  RegisterCustomerDocument,
  SignContractDocument,
  StockSimDocument,
  TariffsOnOfferDocument,
  WhatIsLeftDocument,
  type ErrorCode,
  type TypedDocumentString,
} from "./generated/graphql.js";

const { ABONENT_GRAPHQL: url = "http://localhost:8000/graphql", ABONENT_USER = "", ABONENT_PASSWORD = "" } = process.env;
let token = "";

/** What the server would not do: the code is for programs, the message for people. */
class Refused extends Error {
  constructor(readonly code: ErrorCode | string, message: string) {
    super(message);
  }
}

/** Send a document; its result and its variables are typed. */
async function ask<R, V>(document: TypedDocumentString<R, V>, variables: V): Promise<R> {
  const response = await fetch(url, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      Accept: "application/graphql-response+json",
      ...(token && { Authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query: document.toString(), variables }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Refused(errors[0].extensions.code, errors[0].message);
  return data;
}

/** The value, which is there whenever nothing was refused. */
function there<T>(value: T | null | undefined): T {
  if (value == null) throw new Error("the answer has a gap");
  return value;
}

type Payload = { errors: readonly { code: ErrorCode; message: string }[] };

/** The answer of a mutation that was carried out; throws Refused if it was not. */
function done<P extends Payload>(payload: P | null | undefined): P {
  const [error] = there(payload).errors;
  if (error) throw new Refused(error.code, error.message);
  return there(payload);
}

const digits = (count: number) => Array.from({ length: count }, () => Math.floor(Math.random() * 10)).join("");

/** A customer, a SIM card, a contract in draft, and the first ticket. */
async function sign(): Promise<{ contract: string; sim: string }> {
  const tariff = there(there((await ask(TariffsOnOfferDocument, {})).tariffs).nodes[0]);
  const person = {
    firstName: "Айжан",
    lastName: "Бекова",
    phone: `+996550${digits(6)}`,
    documentNumber: `ID${digits(9)}`,
  };
  const customer = there(done((await ask(RegisterCustomerDocument, { input: person })).createCustomer).customer);
  const card = { iccid: `8999601${digits(12)}`, imsi: `43701${digits(10)}`, msisdn: `+996551${digits(6)}` };
  const sim = there(done((await ask(StockSimDocument, { input: card })).createSim).sim);
  const wanted = { customerId: customer.id, tariffId: tariff.id };
  const contract = there(done((await ask(SignContractDocument, { input: wanted })).createContract).contract);
  console.log(`${customer.fullName}: contract ${contract.status}, tariff ${tariff.name}`);
  const complaint = {
    customerId: customer.id,
    contractId: contract.id,
    subject: "Нет сети",
    description: "С утра нет сети в Оше",
    category: "TECHNICAL" as const,
  };
  const ticket = there(done((await ask(OpenTicketDocument, { input: complaint })).createTicket).ticket);
  console.log(`ticket ${ticket.status}`);
  return { contract: contract.id, sim: sim.id };
}

/** Connected, paid for, and ended. */
async function live(contract: string, sim: string): Promise<void> {
  const connect = { input: { id: contract, simId: sim } };
  const connected = there(done((await ask(ConnectSimDocument, connect)).activateContract).contract);
  console.log(`contract ${connected.status}, SIM ${there(connected.sim).status}`);
  try {
    done((await ask(ConnectSimDocument, connect)).activateContract);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    console.log(`connecting it again: ${error.code}`);
  }
  const money = { input: { id: contract, amount: "500.50", idempotencyKey: randomUUID() } };
  await ask(DepositDocument, money);
  const paid = done((await ask(DepositDocument, money)).addContractBalance); // the same key: a retry posts nothing
  console.log(`balance ${paid.oldBalance} -> ${paid.newBalance}, payment ${there(paid.payment).status}`);
  done((await ask(EndContractDocument, { input: { id: contract } })).terminateContract);
}

const who = { input: { username: ABONENT_USER, password: ABONENT_PASSWORD } };
token = there(done((await ask(LogInDocument, who)).login).access);
const { contract, sim } = await sign();
await live(contract, sim);
const left = await ask(WhatIsLeftDocument, { contract, sim });
const ended = there(left.contract);
console.log(`contract ${ended.status}, balance ${ended.balance}, SIM ${there(left.sim).status}`);
console.log(`payments ${ended.payments.totalCount}, tickets ${ended.tickets.totalCount}`);
