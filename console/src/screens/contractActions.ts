// What may be done with a contract, a payment, a customer, a SIM: which forms, and what each sends.

import {
  ActivateCustomerDocument,
  BlockCustomerDocument,
  BlockSimDocument,
  CancelPaymentDocument,
  CancelTariffChangeDocument,
  ChangeTariffDocument,
  CreatePaymentDocument,
  DeductDocument,
  DepositDocument,
  FreeSimsDocument,
  PostponeSuspensionDocument,
  ProcessPaymentDocument,
  PromiseDocument,
  RefundPaymentDocument,
  ReplaceSimDocument,
  ResumeContractDocument,
  SuspendContractDocument,
  SuspendCustomerDocument,
  TariffsDocument,
  TerminateContractDocument,
  UnblockSimDocument,
  WaivePeriodDocument,
} from "../generated/documents";
import type { ContractCardFragment, PaymentRowFragment, ReplaceReason, SubscriberQuery } from "../generated/documents";
import { execute, result } from "../client";
import { may } from "../session";
import type { Action, Field, How, Outcome, Values } from "../ui/ActionDialog";
import { amountOf, cents, choice, money, phone, say } from "../words";

type Customer = NonNullable<SubscriberQuery["customer"]>;
type Sim = NonNullable<ContractCardFragment["sim"]>;

/** A button: its word, its key, and the form that it opens, which may have to ask for something first. */
export interface Offer {
  word: string;
  key?: string;
  danger?: boolean;
  open(): Action | Promise<Action>;
}

const amount = (value = ""): Field => ({ name: "amount", label: say("act.amount"), kind: "amount", value });
const description = (): Field => ({
  name: "description",
  label: say("act.description"),
  kind: "text",
  optional: true,
});
const reason = (): Field => ({ name: "reason", label: say("act.reason"), kind: "text" });
const noted = (values: Values): { description?: string } =>
  values["description"] ? { description: values["description"] } : {};
const given = (values: Values, name: string): string => values[name] ?? "";

type Perform = Action["perform"];

function offer(word: string, about: string, fields: readonly Field[], perform: Perform, danger = false): Offer {
  return { word, danger, open: () => ({ title: word, about, submit: word, danger, fields, perform }) };
}

export function contractOffers(contract: ContractCardFragment): Offer[] {
  const { id, status } = contract;
  const about = `${contract.number}${contract.sim ? ` · ${phone(contract.sim.msisdn)}` : ""} · ${say("contract.balance")} ${money(contract.balance)}`;
  const isLive = status === "ACTIVE" || status === "SUSPENDED";
  const offers: (Offer | false)[] = [
    may("addContractBalance") &&
      {
        ...offer(say("act.deposit"), about, [amount(), description()], async (values, how) =>
          result(await execute(DepositDocument, { input: { id, amount: given(values, "amount"), ...noted(values), ...how } })),
        ),
        key: "+",
      },
    may("deductContractBalance") &&
      isLive && {
        ...offer(say("act.deduct"), about, [amount(), description()], async (values, how) =>
          result(await execute(DeductDocument, { input: { id, amount: given(values, "amount"), ...noted(values), ...how } })),
        ),
        key: "-",
      },
    may("grantPromisedPayment") && isLive && !contract.promisedUntil && promise(contract, about),
    may("changeTariff") && isLive && !contract.scheduledOn && { ...changeTariff(contract, about), key: "t" },
    may("cancelTariffChange") &&
      contract.scheduledOn !== null &&
      offer(say("act.cancelTariffChange"), about, [], async (_, how) =>
        result(await execute(CancelTariffChangeDocument, { input: { id, ...how } })),
      ),
    may("resumeContract") &&
      status === "SUSPENDED" &&
      offer(say("act.resume"), about, [], async (_, how) =>
        result(await execute(ResumeContractDocument, { input: { id, ...how } })),
      ),
    may("refundPayment") && status !== "TERMINATED" && correction(contract, about),
    may("suspendContract") &&
      status === "ACTIVE" &&
      offer(say("act.suspend"), about, [], async (_, how) =>
        result(await execute(SuspendContractDocument, { input: { id, ...how } })),
      ),
    may("postponeSuspension") &&
      status === "ACTIVE" &&
      offer(
        say("act.postpone"),
        about,
        [{ name: "until", label: say("act.until"), kind: "date" }, reason()],
        async (values, how) =>
          result(
            await execute(PostponeSuspensionDocument, {
              input: { id, until: given(values, "until"), reason: given(values, "reason"), ...how },
            }),
          ),
      ),
    may("waivePeriod") &&
      status === "ACTIVE" &&
      contract.nextBillingDate !== null &&
      offer(say("act.waive"), about, [reason()], async (values, how) =>
        result(await execute(WaivePeriodDocument, { input: { id, reason: given(values, "reason"), ...how } })),
      ),
    may("terminateContract") &&
      isLive &&
      offer(
        say("act.terminate"),
        about,
        [],
        async (_, how) => result(await execute(TerminateContractDocument, { input: { id, ...how } })),
        true,
      ),
  ];
  return offers.filter((one) => one !== false);
}

function promise(contract: ContractCardFragment, about: string): Offer {
  const missing = cents(contract.monthlyFee) - cents(contract.balance);
  const fields: Field[] = [
    amount(missing > 0n ? amountOf(missing) : contract.monthlyFee),
    { name: "days", label: say("act.days"), kind: "number", value: "3" },
  ];
  return offer(say("act.promise"), about, fields, async (values, how) => {
    const input = { id: contract.id, amount: given(values, "amount"), days: Number(given(values, "days")) };
    return result(await execute(PromiseDocument, { input: { ...input, ...how } }));
  });
}

function changeTariff(contract: ContractCardFragment, about: string): Offer {
  const word = say("act.changeTariff");
  const open = async (): Promise<Action> => {
    const { tariffs } = await execute(TariffsDocument, {});
    const others = (tariffs?.nodes ?? []).filter(
      ({ id, tariffType }) => id !== contract.tariff.id && tariffType === contract.tariff.tariffType,
    );
    const options = others.map(({ id, name, monthlyFee }) => ({ value: id, label: `${name} · ${money(monthlyFee)}` }));
    const fields: Field[] = [
      { name: "tariffId", label: say("act.tariff"), kind: "choice", options, value: options[0]?.value ?? "" },
      {
        name: "when",
        label: say("act.when"),
        kind: "choice",
        value: "now",
        options: [
          { value: "now", label: say("act.now") },
          { value: "next_month", label: say("act.nextMonth") },
        ],
      },
    ];
    const perform = async (values: Values, how: How): Promise<Outcome> => {
      const input = { id: contract.id, tariffId: given(values, "tariffId"), when: given(values, "when") };
      return result(await execute(ChangeTariffDocument, { input: { ...input, ...how } }));
    };
    return { title: word, about: `${about} · ${contract.tariff.name}`, submit: word, fields, perform };
  };
  return { word, open };
}

/** A correction is a payment that is processed at once: two steps, each with a key of its own. */
function correction(contract: ContractCardFragment, about: string): Offer {
  const fields: Field[] = [{ ...amount(), label: say("act.correctAmount") }, reason()];
  return offer(say("act.correct"), `${about}. ${say("act.correctHint")}`, fields, async (values, how) => {
    const input = { contractId: contract.id, transactionType: "CORRECTION", amount: signedAmount(values) } as const;
    const made = await execute(CreatePaymentDocument, {
      input: { ...input, paymentMethod: "SYSTEM", description: given(values, "reason"), ...how },
    });
    const payment = made.result?.payment;
    if ("dryRun" in how || !payment) return result(made);
    const idempotencyKey = `${how.idempotencyKey}-process`;
    return result(await execute(ProcessPaymentDocument, { input: { id: payment.id, idempotencyKey } }));
  });
}

const signedAmount = (values: Values): string => given(values, "amount").replace("\u2212", "-").replace("+", "");

export function paymentOffers(payment: PaymentRowFragment): Offer[] {
  const { id, status, transactionType } = payment;
  const about = `${choice("TransactionType", transactionType)} ${money(payment.amount)} · ${payment.transactionId}`;
  const left = cents(payment.amount) - cents(payment.refundedAmount);
  const isOpen = status === "PENDING" || status === "PROCESSING";
  const why: Field = { name: "reason", label: say("act.reasonOptional"), kind: "text", optional: true };
  const because = (values: Values): { reason?: string } => (values["reason"] ? { reason: values["reason"] } : {});
  const offers: (Offer | false)[] = [
    may("refundPayment") &&
      transactionType === "PAYMENT" &&
      status === "SUCCESS" &&
      left > 0n &&
      offer(say("act.refund"), about, [amount(amountOf(left)), why], async (values, how) =>
        result(
          await execute(RefundPaymentDocument, {
            input: { id, amount: given(values, "amount"), ...because(values), ...how },
          }),
        ),
      ),
    may("processPayment") &&
      isOpen &&
      offer(say("act.process"), about, [], async (_, how) =>
        result(await execute(ProcessPaymentDocument, { input: { id, ...how } })),
      ),
    may("cancelPayment") &&
      isOpen &&
      offer(say("act.cancelPayment"), about, [why], async (values, how) =>
        result(await execute(CancelPaymentDocument, { input: { id, ...because(values), ...how } })),
      ),
  ];
  return offers.filter((one) => one !== false);
}

export function customerOffers({ id, status, fullName }: Customer): Offer[] {
  const offers: (Offer | false)[] = [
    may("activateCustomer") &&
      status !== "ACTIVE" &&
      offer(say("act.activateCustomer"), fullName, [], async (_, how) =>
        result(await execute(ActivateCustomerDocument, { input: { id, ...how } })),
      ),
    may("suspendCustomer") &&
      status === "ACTIVE" &&
      offer(say("act.suspendCustomer"), fullName, [], async (_, how) =>
        result(await execute(SuspendCustomerDocument, { input: { id, ...how } })),
      ),
    may("blockCustomer") &&
      status !== "BLOCKED" &&
      offer(
        say("act.blockCustomer"),
        fullName,
        [],
        async (_, how) => result(await execute(BlockCustomerDocument, { input: { id, ...how } })),
        true,
      ),
  ];
  return offers.filter((one) => one !== false);
}

export function simOffers(sim: Sim): Offer[] {
  const { id, status, msisdn } = sim;
  const offers: (Offer | false)[] = [
    may("replaceSim") && status !== "FREE" && status !== "CLOSED" && replacement(sim),
    may("blockSim") &&
      (status === "ACTIVE" || status === "SUSPENDED") &&
      offer(say("act.blockSim"), phone(msisdn), [], async (_, how) =>
        result(await execute(BlockSimDocument, { input: { id, ...how } })),
      ),
    may("unblockSim") &&
      status === "BLOCKED" &&
      offer(say("act.unblockSim"), phone(msisdn), [], async (_, how) =>
        result(await execute(UnblockSimDocument, { input: { id, ...how } })),
      ),
  ];
  return offers.filter((one) => one !== false);
}

const REASONS: readonly ReplaceReason[] = ["LOST", "FAULTY", "UPGRADE"];

/** Another card for the same number: one of those that are free. */
function replacement({ id, msisdn, iccid }: Sim): Offer {
  const word = say("act.replaceSim");
  const open = async (): Promise<Action> => {
    const { sims } = await execute(FreeSimsDocument, {});
    const options = (sims?.nodes ?? []).map((free) => ({ value: free.id, label: `${free.iccid} · ${phone(free.msisdn)}` }));
    const fields: Field[] = [
      { name: "newSimId", label: say("act.newSim"), kind: "choice", options, value: options[0]?.value ?? "" },
      {
        name: "reason",
        label: say("act.replaceWhy"),
        kind: "choice",
        value: "LOST",
        options: REASONS.map((value) => ({ value, label: choice("ReplaceReason", value) })),
      },
    ];
    const perform = async (values: Values, how: How): Promise<Outcome> => {
      const reason = REASONS.find((one) => one === values["reason"]) ?? "LOST";
      return result(await execute(ReplaceSimDocument, { input: { id, newSimId: given(values, "newSimId"), reason, ...how } }));
    };
    const about = options.length > 0 ? `${phone(msisdn)} · ${iccid}` : say("act.noFreeSims");
    return { title: word, about, submit: word, fields, perform };
  };
  return { word, open };
}
