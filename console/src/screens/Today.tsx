import type { JSX } from "preact";
import { TodayDocument, UsersDocument } from "../generated/documents";
import type { TodayQuery, UsersQuery } from "../generated/documents";
import { useQuery } from "../query";
import { may } from "../session";
import { Badge, Card, Empty, Facts, Shown, useTitle } from "../ui/basics";
import { Offers } from "../ui/Offers";
import { useScreenQuery } from "../ui/shown";
import { toneOf } from "../ui/tones";
import { choice, count, day, moment, money, say } from "../words";
import { billingOffers, jobOffers } from "./todayActions";

const LIVE_MS = 10_000;

/** How the operator stands: figures, jobs, billing, tariffs, and for who may see them, the staff. */
export function Today(): JSX.Element {
  useTitle(say("today.title"));
  const read = useScreenQuery(TodayDocument, {}, LIVE_MS);
  const users = useQuery(UsersDocument, may("deleteCustomer") ? {} : null).data; // supervisors and above see users
  return (
    <main id="content" class="today">
      <h1>{say("today.title")}</h1>
      <Shown read={read}>{(data) => <Whole data={data} users={users} />}</Shown>
    </main>
  );
}

function Whole({ data, users }: { data: TodayQuery; users: UsersQuery | null }): JSX.Element {
  return (
    <>
      <Figures data={data} />
      <div class="columns even">
        <div class="column">
          <Jobs data={data} />
          <Billing data={data} />
        </div>
        <div class="column">
          <Bars
            title={say("today.byCategory")}
            bars={data.ticketStatistics.byCategory.map(({ key, value }) => [choice("TicketCategory", key), value])}
          />
          <Bars
            title={say("today.byPriority")}
            bars={data.ticketStatistics.byPriority.map(({ key, value }) => [choice("TicketPriority", key), value])}
          />
        </div>
      </div>
      <Tariffs data={data} />
      {users && <Staff users={users} />}
    </>
  );
}

function Figures({ data }: { data: TodayQuery }): JSX.Element {
  const { customerStatistics: customers, contractStatistics: contracts, simStatistics: sims } = data;
  const { paymentStatistics: payments, ticketStatistics: tickets } = data;
  const open = tickets.new + tickets.inProgress + tickets.waiting;
  const figures: [string, string, string[]][] = [
    [
      say("today.customers"),
      count(customers.total),
      [`${count(customers.active)} ${say("today.active")}`, `${count(customers.suspended)} ${say("today.suspended")}`],
    ],
    [
      say("today.contracts"),
      count(contracts.active),
      [`${count(contracts.suspended)} ${say("today.suspended")}`, `${money(contracts.totalBalance)} ${say("today.balance")}`],
    ],
    [say("today.sims"), count(sims.active), [`${count(sims.free)} ${say("today.free")}`]],
    [
      say("today.money"),
      money(payments.deposits),
      [say("today.deposits"), `${money(payments.deductions)} ${say("today.deductions")}`],
    ],
    [
      say("today.tickets"),
      count(open),
      [say("today.open"), `${count(tickets.overdue)} ${say("today.overdue")}`],
    ],
  ];
  return (
    <ul class="tiles">
      {figures.map(([name, figure, notes]) => (
        <li key={name} class="card">
          <span class="soft">{name}</span>
          <strong class="figure">{figure}</strong>
          {notes.map((note) => (
            <span class="soft" key={note}>
              {note}
            </span>
          ))}
        </li>
      ))}
    </ul>
  );
}

function Bars({ title, bars }: { title: string; bars: readonly [string, number][] }): JSX.Element {
  const most = Math.max(1, ...bars.map(([, value]) => value));
  return (
    <Card title={title}>
      <ul class="bars">
        {bars.map(([name, value]) => (
          <li key={name}>
            <span>{name}</span>
            <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
              <rect width={(100 * value) / most} height="8" rx="1" />
            </svg>
            <b>{count(value)}</b>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Jobs({ data }: { data: TodayQuery }): JSX.Element {
  const jobs = data.jobs?.nodes ?? [];
  return (
    <Card title={say("today.jobs")} count={data.jobs?.totalCount}>
      {jobs.length === 0 && <Empty>{say("today.noJobs")}</Empty>}
      <ul class="lines">
        {jobs.map((job) => (
          <li key={job.id}>
            <div class="line">
              <span class="name">{job.kind}</span>
              <Badge tone={toneOf(job.status)}>{choice("JobStatus", job.status)}</Badge>
              <Offers offers={jobOffers(job)} shown={1} />
            </div>
            <p class="soft">
              {moment(job.createdAt)}
              {job.createdBy && ` · ${job.createdBy.fullName}`}
              {` · ${say("today.done", { done: job.done, total: job.total ?? "…" })}`}
              {job.failed > 0 && ` · ${say("today.failedRows", { n: job.failed })}`}
            </p>
            {job.status === "RUNNING" && <progress max={job.total ?? undefined} value={job.done} aria-label={job.kind} />}
            {job.error && <p class="problem">{job.error}</p>}
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Billing({ data }: { data: TodayQuery }): JSX.Element {
  const policy = data.billingPolicy;
  return (
    <Card title={say("today.billing")} actions={<Offers offers={billingOffers(policy.billingFrom !== null)} shown={1} />}>
      {policy.billingFrom ? (
        <Facts
          facts={[
            [say("today.billingFrom"), day(policy.billingFrom)],
            [say("today.runAt"), policy.runAt ?? say("today.byHand")],
          ]}
        />
      ) : (
        <Empty>{say("today.billingOff")}</Empty>
      )}
    </Card>
  );
}

function Tariffs({ data }: { data: TodayQuery }): JSX.Element {
  const included = (amount: string | number, unit: string): string =>
    Number(amount) === 0 ? `${unit}: ${say("today.unlimited")}` : `${Number(amount)} ${unit}`;
  return (
    <Card title={say("today.tariffs")} count={data.tariffs?.totalCount}>
      <div class="table" tabIndex={0} role="group" aria-label={say("today.tariffs")}>
        <table>
          <thead>
            <tr>
              <th scope="col">{say("today.tariff")}</th>
              <th scope="col" class="number">
                {say("today.fee")}
              </th>
              <th scope="col">{say("today.included")}</th>
              <th scope="col" class="number">
                {say("today.contracts")}
              </th>
            </tr>
          </thead>
          <tbody>
            {(data.tariffs?.nodes ?? []).map((tariff) => (
              <tr key={tariff.id}>
                <td>
                  {tariff.name} <Badge>{choice("TariffType", tariff.tariffType)}</Badge>{" "}
                  {!tariff.isActive && <Badge tone="warn">{say("today.inactive")}</Badge>}
                </td>
                <td class="number">{money(tariff.monthlyFee)}</td>
                <td class="soft">
                  {[
                    included(tariff.minutesIncluded, say("today.minutes")),
                    included(tariff.smsIncluded, say("today.sms")),
                    included(tariff.dataGbIncluded, say("today.gb")),
                  ].join(" · ")}
                </td>
                <td class="number">{count(tariff.activeContractsCount)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}

function Staff({ users }: { users: UsersQuery }): JSX.Element {
  return (
    <Card title={say("today.users")} count={users.users?.totalCount}>
      <ul class="lines">
        {(users.users?.nodes ?? []).map((user) => (
          <li key={user.id} class="line">
            <span class="name">{user.fullName}</span>
            <span class="detail soft">
              {user.username} · {user.lastLogin ? `${say("today.lastLogin")} ${moment(user.lastLogin)}` : say("today.never")}
            </span>
            {!user.isActive && <Badge tone="bad">{say("today.dismissed")}</Badge>}
            <Badge>{choice("Role", user.role)}</Badge>
          </li>
        ))}
      </ul>
    </Card>
  );
}
