import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { ConnectChoicesDocument, ConnectCustomerDocument, ConnectKnownDocument } from "../generated/documents";
import type { ConnectCustomerQuery, DocumentType, OutcomeFragment } from "../generated/documents";
import { refresh, useQuery } from "../query";
import { address, go, place } from "../router";
import { Problem } from "../transport";
import { newKey } from "../ui/ActionDialog";
import { Card, Empty, explain, useTitle } from "../ui/basics";
import { useSettled } from "../ui/settled";
import { useScreenQuery } from "../ui/shown";
import { toast } from "../ui/Toast";
import { choice, money, phone, say } from "../words";
import { connect, NOTHING, STEPS, tryCustomer } from "./connecting";
import type { Order, Progress } from "./connecting";

type Known = NonNullable<ConnectCustomerQuery["customers"]>["nodes"][number];
type Typed = Readonly<Record<string, string>>;

const DOCUMENTS: readonly DocumentType[] = ["PASSPORT", "ID_CARD", "DRIVER_LICENSE", "FOREIGN_PASSPORT"];
const NAMES = ["lastName", "firstName", "middleName", "phone", "documentNumber"] as const;
const OPTIONAL: ReadonlySet<string> = new Set(["middleName"]);

function orderOf(known: Known | null, typed: Typed, tariffId: string, simId: string): Order | null {
  const given = (name: string): string => (typed[name] ?? "").trim();
  const isWhole = known !== null || NAMES.every((name) => OPTIONAL.has(name) || given(name));
  if (!isWhole || !tariffId || !simId) return null;
  const input = {
    lastName: given("lastName"),
    firstName: given("firstName"),
    phone: given("phone"),
    documentType: DOCUMENTS.find((one) => one === typed["documentType"]) ?? "PASSPORT",
    documentNumber: given("documentNumber"),
    ...(given("middleName") ? { middleName: given("middleName") } : {}),
  };
  const amount = given("amount").replace(/\s/g, "").replace(",", ".");
  return { customer: known ? { id: known.id } : { input }, tariffId, simId, amount };
}

/** A customer, a contract, a number, the first payment: in one form. */
export function Connect(): JSX.Element {
  useTitle(say("connect.title"));
  const asked = place.value.search.get("customer");
  const before = useQuery(ConnectKnownDocument, asked ? { id: asked } : null).data?.customer ?? null;
  const [picked, setPicked] = useState<Known | null>(null);
  const [typed, setTyped] = useState<Typed>({ documentType: "PASSPORT" });
  const [progress, setProgress] = useState<Progress>(NOTHING);
  const [busy, setBusy] = useState(false);
  const key = useRef(newKey());
  const known = picked ?? before;
  const digits = useSettled((typed["number"] ?? "").replace(/\D/g, ""));
  const { data } = useScreenQuery(ConnectChoicesDocument, { number: digits || null });
  const tariffs = data?.tariffs?.nodes ?? [];
  const sims = data?.sims?.nodes ?? [];
  const tariffId = typed["tariffId"] ?? tariffs[0]?.id ?? "";
  const simId = sims.find(({ id }) => id === typed["simId"])?.id ?? sims[0]?.id ?? "";
  const order = orderOf(known, typed, tariffId, simId);
  const hasBegun = progress.done.length > 0;
  const set = (name: string, value: string): void => setTyped({ ...typed, [name]: value });
  const error = (field: string): string | undefined => progress.errors.find((one) => one.field === field)?.message;

  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (busy || !order) return;
    setBusy(true);
    try {
      const refused = hasBegun ? [] : await tryCustomer(order);
      if (refused.length > 0) {
        setProgress({ ...progress, errors: refused });
      } else {
        const now = await connect(order, progress, key.current, setProgress);
        if (now.errors.length === 0) {
          toast(say("connect.step.activate"));
          refresh();
          go(`${address("customers", now.customerId)}?contract=${now.contractId}`);
          return;
        }
        if (now.done.length === 0) key.current = newKey();
      }
    } catch (failure) {
      const message = failure instanceof Problem ? explain(failure) : String(failure);
      const errors: OutcomeFragment[] = [{ code: "INTERNAL_ERROR", message, field: null }];
      setProgress((now) => ({ ...now, errors }));
    }
    setBusy(false);
  };

  return (
    <main id="content" class="connect">
      <h1>{say("connect.title")}</h1>
      <form onSubmit={(event) => void submit(event)} noValidate>
        <fieldset disabled={hasBegun}>
          <Card title={say("connect.customer")}>
            {known ? (
              <Picked known={known} other={() => setPicked(null)} canChange={picked !== null} />
            ) : (
              <>
                <Lookup pick={setPicked} />
                <h3>{say("connect.new")}</h3>
                <div class="grid">
                  {NAMES.map((name) => (
                    <Text key={name} name={name} value={typed[name] ?? ""} set={set} error={error(name)} />
                  ))}
                  <label>
                    {say("connect.documentType")}
                    <select
                      name="documentType"
                      value={typed["documentType"]}
                      onInput={(event) => set("documentType", event.currentTarget.value)}
                    >
                      {DOCUMENTS.map((one) => (
                        <option key={one} value={one}>
                          {choice("DocumentType", one)}
                        </option>
                      ))}
                    </select>
                  </label>
                </div>
              </>
            )}
          </Card>
        </fieldset>
        <Card title={say("connect.contract")}>
          <div class="grid">
            <label>
              {say("connect.tariff")}
              <select
                name="tariffId"
                value={tariffId}
                disabled={hasBegun}
                onInput={(event) => set("tariffId", event.currentTarget.value)}
              >
                {tariffs.map(({ id, name, monthlyFee }) => (
                  <option key={id} value={id}>
                    {name} · {say("contract.monthly", { amount: money(monthlyFee) })}
                  </option>
                ))}
              </select>
            </label>
            <Text name="amount" value={typed["amount"] ?? ""} set={set} error={error("amount")} />
            <Text name="number" value={typed["number"] ?? ""} set={set} error={undefined} />
            <label>
              {say("connect.sim")}
              <select name="simId" value={simId} onInput={(event) => set("simId", event.currentTarget.value)}>
                {sims.map(({ id, msisdn, iccid }) => (
                  <option key={id} value={id}>
                    {phone(msisdn)} · …{iccid.slice(-6)}
                  </option>
                ))}
              </select>
              {data && sims.length === 0 && <span class="problem">{say("connect.noSims")}</span>}
            </label>
          </div>
        </Card>
        <Steps progress={progress} />
        <p class="problem" role="alert">
          {progress.errors.map(({ message }) => message).join(" ")}
        </p>
        <div class="buttons">
          <button type="submit" class="primary" disabled={busy || !order}>
            {hasBegun ? say("connect.goOn") : say("connect.submit")}
          </button>
        </div>
      </form>
    </main>
  );
}

const LABELS = {
  lastName: "connect.lastName",
  firstName: "connect.firstName",
  middleName: "connect.middleName",
  phone: "connect.phone",
  documentNumber: "connect.documentNumber",
  amount: "connect.deposit",
  number: "connect.number",
} as const;

function Text(props: {
  name: keyof typeof LABELS;
  value: string;
  set(name: string, value: string): void;
  error: string | undefined;
}): JSX.Element {
  const { name, value, set, error } = props;
  const mode = name === "amount" ? "decimal" : name === "number" || name === "phone" ? "tel" : "text";
  return (
    <label>
      {say(LABELS[name])}
      <input
        name={name}
        value={value}
        inputMode={mode}
        autocomplete="off"
        aria-invalid={error ? true : undefined}
        onInput={(event) => set(name, event.currentTarget.value)}
      />
      {error && <span class="problem">{error}</span>}
    </label>
  );
}

function Lookup({ pick }: { pick(known: Known): void }): JSX.Element {
  const [text, setText] = useState("");
  const settled = useSettled(text.trim());
  const { data } = useQuery(ConnectCustomerDocument, settled.length < 3 ? null : { text: settled }, 120_000);
  const found = data?.customers?.nodes ?? [];
  return (
    <div class="lookup">
      <label>
        {say("connect.known")}
        <input name="lookup" type="search" value={text} autocomplete="off" onInput={(event) => setText(event.currentTarget.value)} />
      </label>
      {data && found.length === 0 && settled.length >= 3 && <Empty>{say("find.nothing", { text: settled })}</Empty>}
      <div class="choicelist">
        {found.map((known) => (
          <button type="button" key={known.id} onClick={() => pick(known)}>
            <strong>{known.fullName}</strong>
            <span class="soft">
              {known.documentNumber} · {phone(known.phone)}
            </span>
          </button>
        ))}
      </div>
    </div>
  );
}

function Picked(props: { known: Known; other(): void; canChange: boolean }): JSX.Element {
  const { known, other, canChange } = props;
  return (
    <p class="line">
      <a class="name" href={address("customers", known.id)}>
        {known.fullName}
      </a>
      <span class="detail soft">
        {known.documentNumber} · {phone(known.phone)}
      </span>
      {canChange && (
        <button type="button" class="small" onClick={other}>
          {say("connect.other")}
        </button>
      )}
    </p>
  );
}

function Steps({ progress }: { progress: Progress }): JSX.Element | null {
  if (progress.done.length === 0) return null;
  return (
    <ol class="steps" aria-live="polite">
      {STEPS.filter((step) => progress.done.includes(step)).map((step) => (
        <li key={step}>✓ {say(`connect.step.${step}`)}</li>
      ))}
    </ol>
  );
}
