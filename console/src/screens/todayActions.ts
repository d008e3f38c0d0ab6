// What may be done about jobs and billing.

import { execute, result } from "../client";
import { CancelJobDocument, StartBillingRunDocument } from "../generated/documents";
import type { TodayQuery } from "../generated/documents";
import { may } from "../session";
import type { Action } from "../ui/ActionDialog";
import { say } from "../words";
import type { Offer } from "./contractActions";

type Job = NonNullable<TodayQuery["jobs"]>["nodes"][number];

export function jobOffers({ id, kind, status, cancelRequested }: Job): Offer[] {
  const isOpen = (status === "QUEUED" || status === "RUNNING") && !cancelRequested;
  if (!isOpen || !may("cancelJob")) return [];
  const word = say("today.cancelJob");
  const perform: Action["perform"] = async (_, how) => result(await execute(CancelJobDocument, { input: { id, ...how } }));
  return [{ word, open: () => ({ title: word, about: kind, submit: word, danger: true, fields: [], perform }) }];
}

/** A run is dry or real by what the form says: the job itself tells what it would have charged. */
export function billingOffers(isOn: boolean): Offer[] {
  if (!isOn || !may("startBillingRun")) return [];
  const word = say("today.run");
  const perform: Action["perform"] = async (values, how) => {
    const businessDate = values["businessDate"] ? { businessDate: values["businessDate"] } : {};
    const key = "idempotencyKey" in how ? how : {};
    const input = { ...businessDate, dryRun: values["how"] !== "real", ...key };
    return { changes: null, errors: result(await execute(StartBillingRunDocument, { input })).errors };
  };
  const action: Action = {
    title: word,
    about: say("today.billing"),
    submit: word,
    untried: true,
    fields: [
      { name: "businessDate", label: say("today.runDay"), kind: "date", optional: true },
      {
        name: "how",
        label: say("today.runHow"),
        kind: "choice",
        value: "dry",
        options: [
          { value: "dry", label: say("today.runDry") },
          { value: "real", label: say("today.runReal") },
        ],
      },
    ],
    perform,
  };
  return [{ word, open: () => action }];
}
