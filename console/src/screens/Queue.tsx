import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { QueueDocument } from "../generated/documents";
import type { QueueQuery, TicketFilter, TicketRowFragment } from "../generated/documents";
import { address, go, place } from "../router";
import { session } from "../session";
import { useSignal } from "../signal";
import { Badge, Empty, Shown, useTitle } from "../ui/basics";
import { Due } from "../ui/lines";
import { useScreenQuery } from "../ui/shown";
import { toneOf } from "../ui/tones";
import { choice, count, say } from "../words";

const QUEUES = ["mine", "unassigned", "overdue", "open"] as const;
type QueueName = (typeof QUEUES)[number];

const OPEN: TicketFilter = { statusIn: ["NEW", "IN_PROGRESS", "WAITING"] };
const LIVE_MS = 10_000;

function filterOf(queue: QueueName): TicketFilter {
  if (queue === "mine") return { ...OPEN, assignedToId: session.value?.user.id ?? "" };
  if (queue === "unassigned") return { ...OPEN, isUnassigned: true };
  if (queue === "overdue") return { isOverdue: true };
  return OPEN;
}

/** The queues of tickets, the most urgent first, with how many stand in each. */
export function Queue(): JSX.Element {
  const asked = useSignal(place).search.get("queue");
  const queue = QUEUES.find((name) => name === asked) ?? "mine";
  useTitle(say("nav.tickets"));
  const read = useScreenQuery(QueueDocument, { filter: filterOf(queue), mine: filterOf("mine") }, LIVE_MS);
  return (
    <main id="content" class="queue">
      <h1>{say("nav.tickets")}</h1>
      <nav class="tabs" aria-label={say("nav.tickets")}>
        {QUEUES.map((name) => (
          <a
            key={name}
            href={`${address("tickets")}?queue=${name}`}
            aria-current={name === queue ? "page" : undefined}
          >
            {say(`queue.${name}`)}
            <span class="count">{read.data ? count(read.data[name]?.totalCount ?? 0) : "…"}</span>
          </a>
        ))}
      </nav>
      <Shown read={read}>{(data) => <Rows key={queue} data={data} />}</Shown>
    </main>
  );
}

function Rows({ data }: { data: QueueQuery }): JSX.Element {
  const tickets = data.tickets?.nodes ?? [];
  const [chosen, setChosen] = useState(0);
  const at = Math.min(chosen, tickets.length - 1);

  const now = useRef({ tickets, at });
  now.current = { tickets, at };
  useLayoutEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const typing = event.target instanceof Element && event.target.matches("input, textarea, select, button");
      if (typing || event.ctrlKey || event.metaKey || document.querySelector("dialog[open]")) return;
      const { current } = now; // keys may follow each other faster than screens are drawn
      const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
      if (step) {
        event.preventDefault();
        current.at = Math.max(0, Math.min(current.at + step, current.tickets.length - 1));
        setChosen(current.at);
      }
      const ticket = current.tickets[current.at];
      if (event.key === "Enter" && ticket && !(event.target instanceof HTMLAnchorElement)) {
        event.preventDefault();
        go(address("tickets", ticket.id));
      }
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
  useEffect(() => {
    document.querySelector(".ticket.chosen")?.scrollIntoView({ block: "nearest" });
  }, [at]);

  if (tickets.length === 0) return <Empty>{say("queue.empty")}</Empty>;
  return (
    <>
      <ul class="card tickets">
        {tickets.map((ticket, index) => (
          <Row key={ticket.id} ticket={ticket} isChosen={index === at} />
        ))}
      </ul>
      <p class="soft keys">
        {data.tickets?.pageInfo.hasNextPage && `${say("queue.first", { n: tickets.length })}. `}
        {say("queue.keys")}
      </p>
    </>
  );
}

function Row({ ticket, isChosen }: { ticket: TicketRowFragment; isChosen: boolean }): JSX.Element {
  return (
    <li class={`ticket ${isChosen ? "chosen" : ""}`}>
      <a class="name" href={address("tickets", ticket.id)}>
        {ticket.subject}
      </a>
      <span class="customer soft">{ticket.customer.fullName}</span>
      <span class="state">
        <Badge tone={toneOf(ticket.priority)}>{choice("TicketPriority", ticket.priority)}</Badge>
        <Badge tone={toneOf(ticket.status)}>{choice("TicketStatus", ticket.status)}</Badge>
      </span>
      <span class="assigned soft">{ticket.assignedTo?.fullName ?? say("ticket.unassigned")}</span>
      <Due ticket={ticket} />
    </li>
  );
}
