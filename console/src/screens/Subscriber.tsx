import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { SubscriberDocument } from "../generated/documents";
import type { ContractCardFragment, SubscriberQuery } from "../generated/documents";
import { address, place } from "../router";
import { may } from "../session";
import { useSignal } from "../signal";
import { Badge, Card, Empty, Facts, Icon, NotFound, Shown, useTitle } from "../ui/basics";
import type { Fact } from "../ui/basics";
import { Offers } from "../ui/Offers";
import { PaymentLines, TicketLines } from "../ui/lines";
import { useScreenQuery, visited } from "../ui/shown";
import { toneOf } from "../ui/tones";
import { cents, choice, day, money, phone, say } from "../words";
import { contractOffers, customerOffers, paymentOffers, simOffers } from "./contractActions";
import { newTicket } from "./ticketActions";
import { whatIsWrong } from "./wrong";

type Customer = NonNullable<SubscriberQuery["customer"]>;

export function Subscriber({ id }: { id: string }): JSX.Element {
  const read = useScreenQuery(SubscriberDocument, { id });
  const customer = read.data?.customer;
  useTitle(customer?.fullName ?? "");
  useEffect(() => {
    if (!customer) return;
    visited({ to: address("customers", id), name: customer.fullName, detail: phone(customer.phone) });
  }, [id, customer?.fullName, customer?.phone]);
  return (
    <main id="content" class="subscriber">
      <Shown read={read}>{(data) => (data.customer ? <Whole customer={data.customer} /> : <NotFound />)}</Shown>
    </main>
  );
}

function Whole({ customer }: { customer: Customer }): JSX.Element {
  const named = useSignal(place).search.get("contract");
  const { nodes } = customer.contracts;
  const chosen = (nodes.find(({ id }) => id === named) ?? nodes.find(({ status }) => status === "ACTIVE") ?? nodes[0])?.id;
  return (
    <>
      <Who customer={customer} />
      <WrongNow customer={customer} />
      <div class="columns">
        <Card
          title={say("sub.contracts")}
          count={customer.contracts.totalCount}
          class="contracts"
          actions={
            may("createContract") && (
              <a class="button small" href={`${address("connect")}?customer=${customer.id}`}>
                {say("connect.title")}
              </a>
            )
          }
        >
          {customer.contracts.nodes.length === 0 && <Empty>{say("sub.noContracts")}</Empty>}
          {customer.contracts.nodes.map((contract) => (
            <Contract key={contract.id} contract={contract} isChosen={contract.id === named} hasKeys={contract.id === chosen} />
          ))}
        </Card>
        <div class="column">
          <Card
            title={say("sub.tickets")}
            count={customer.tickets.totalCount}
            actions={<Offers offers={newTicket(customer)} shown={1} hasKeys />}
          >
            {customer.tickets.nodes.length === 0 && <Empty>{say("sub.noTickets")}</Empty>}
            <TicketLines tickets={customer.tickets.nodes} />
          </Card>
          <Card title={say("sub.payments")} count={customer.payments.totalCount}>
            {customer.payments.nodes.length === 0 && <Empty>{say("sub.noPayments")}</Empty>}
            <PaymentLines
              payments={customer.payments.nodes}
              actions={(payment) => <Offers offers={paymentOffers(payment)} shown={1} />}
            />
          </Card>
        </div>
      </div>
    </>
  );
}

function Who({ customer }: { customer: Customer }): JSX.Element {
  const facts: Fact[] = [
    [say("sub.phone"), phone(customer.phone)],
    [say("sub.document"), `${choice("DocumentType", customer.documentType)} ${customer.documentNumber}`],
    [say("sub.email"), customer.email],
    [say("sub.birthDate"), customer.birthDate && day(customer.birthDate)],
    [say("sub.address"), customer.address],
    [say("sub.since"), day(customer.createdAt)],
    [say("sub.notes"), customer.notes],
  ];
  return (
    <header class="who">
      <div class="title">
        <h1>{customer.fullName}</h1>
        <Badge tone={toneOf(customer.status)}>{choice("CustomerStatus", customer.status)}</Badge>
        <Offers offers={customerOffers(customer)} shown={0} />
        {customer.customerType === "ORGANIZATION" && <Badge>{customer.organizationName ?? ""}</Badge>}
      </div>
      <Facts facts={facts} />
    </header>
  );
}

function WrongNow({ customer }: { customer: Customer }): JSX.Element | null {
  const wrong = whatIsWrong(customer);
  if (wrong.length === 0) return null;
  return (
    <ul class="wrong" aria-label={say("sub.wrong")}>
      {wrong.map(({ tone, text }) => (
        <li key={text} class={tone}>
          <Icon name="warning" />
          {text}
        </li>
      ))}
    </ul>
  );
}

function Contract(props: { contract: ContractCardFragment; isChosen: boolean; hasKeys: boolean }): JSX.Element {
  const { contract, isChosen, hasKeys } = props;
  return (
    <article class={`contract ${isChosen ? "chosen" : ""}`} aria-label={contract.number}>
      <div class="line">
        <h3>{contract.sim ? phone(contract.sim.msisdn) : contract.number}</h3>
        <Badge tone={toneOf(contract.status)}>{choice("ContractStatus", contract.status)}</Badge>
      </div>
      <p class="soft">
        {contract.sim && `${contract.number} · `}
        {contract.tariff.name} · {say("contract.monthly", { amount: money(contract.monthlyFee) })}
      </p>
      <dl class="figures">
        <div>
          <dt>{say("contract.balance")}</dt>
          <dd class={`figure ${cents(contract.balance) < 0n ? "bad" : ""}`}>{money(contract.balance)}</dd>
        </div>
        <div>
          <dt>{say("contract.next")}</dt>
          <dd>{contract.nextBillingDate ? day(contract.nextBillingDate) : "—"}</dd>
        </div>
        {cents(contract.creditLimit) > 0n && (
          <div>
            <dt>{say("contract.credit")}</dt>
            <dd>{money(contract.creditLimit)}</dd>
          </div>
        )}
        <div>
          <dt>SIM</dt>
          <dd>
            {contract.sim ? (
              <a href={address("sims", contract.sim.id)} class="sim">
                …{contract.sim.iccid.slice(-6)}
              </a>
            ) : (
              say("contract.noSim")
            )}{" "}
            {contract.sim && (
              <Badge tone={toneOf(contract.sim.status)}>{choice("SimStatus", contract.sim.status)}</Badge>
            )}
            {contract.sim && <Offers offers={simOffers(contract.sim)} shown={0} />}
          </dd>
        </div>
      </dl>
      <Promises contract={contract} />
      <Offers offers={contractOffers(contract)} shown={3} hasKeys={hasKeys} />
    </article>
  );
}

function Promises({ contract }: { contract: ContractCardFragment }): JSX.Element | null {
  const { promisedUntil, promisedAmount, postponedUntil, scheduledOn, scheduledTariff } = contract;
  const lines = [
    promisedUntil && `${say("contract.promised", { date: day(promisedUntil) })}: ${money(promisedAmount)}`,
    postponedUntil && say("contract.postponed", { date: day(postponedUntil) }),
    scheduledOn && say("contract.scheduled", { tariff: scheduledTariff?.name ?? "", date: day(scheduledOn) }),
  ].filter(Boolean);
  if (lines.length === 0) return null;
  return (
    <ul class="notes">
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}
