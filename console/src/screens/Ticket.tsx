import type { JSX } from "preact";
import { useLayoutEffect } from "preact/hooks";
import { TicketDocument } from "../generated/documents";
import type { TicketWholeFragment } from "../generated/documents";
import { address, go } from "../router";
import { Badge, Card, Empty, Facts, NotFound, Shown, useTitle } from "../ui/basics";
import type { Fact } from "../ui/basics";
import { valueOf } from "../ui/Changes";
import { Due } from "../ui/lines";
import { Offers } from "../ui/Offers";
import { useScreenQuery } from "../ui/shown";
import { toneOf } from "../ui/tones";
import { choice, distance, fieldName, moment, phone, say } from "../words";
import { ticketOffers } from "./ticketActions";

const LIVE_MS = 8_000;

export function Ticket({ id }: { id: string }): JSX.Element {
  const read = useScreenQuery(TicketDocument, { id }, LIVE_MS);
  useTitle(read.data?.ticket?.subject ?? "");
  useLayoutEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const busy = document.querySelector("dialog[open], .sheet");
      if (event.key === "Escape" && !busy) go(address("tickets"));
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
  return (
    <main id="content" class="subscriber">
      <Shown read={read}>{(data) => (data.ticket ? <Whole ticket={data.ticket} /> : <NotFound />)}</Shown>
    </main>
  );
}

function Whole({ ticket }: { ticket: TicketWholeFragment }): JSX.Element {
  const isOpen = ticket.status !== "RESOLVED" && ticket.status !== "CLOSED";
  return (
    <>
      <header class="who">
        <div class="title">
          <h1>{ticket.subject}</h1>
          <Badge tone={toneOf(ticket.status)}>{choice("TicketStatus", ticket.status)}</Badge>
          <Badge tone={toneOf(ticket.priority)}>{choice("TicketPriority", ticket.priority)}</Badge>
          <Badge>{choice("TicketCategory", ticket.category)}</Badge>
          {isOpen && <Due ticket={ticket} />}
        </div>
        <Offers offers={ticketOffers(ticket)} shown={4} hasKeys />
      </header>
      <div class="columns">
        <div class="column">
          <Card title={say("ticket.description")}>
            <p class="said">{ticket.description}</p>
          </Card>
          <Card title={say("comment.title")} count={ticket.comments.totalCount}>
            <Conversation ticket={ticket} />
          </Card>
          {ticket.resolution && (
            <Card title={say("ticket.resolution")}>
              <p class="said">{ticket.resolution}</p>
            </Card>
          )}
          <Card title={say("ticket.history")}>
            <History ticket={ticket} />
          </Card>
        </div>
        <Card title={choice("Typename", "Customer")}>
          <About ticket={ticket} />
        </Card>
      </div>
      <p class="soft keys">{say("queue.ticketKeys")}</p>
    </>
  );
}

function Conversation({ ticket }: { ticket: TicketWholeFragment }): JSX.Element {
  const due = ticket.firstResponseDueAt;
  if (ticket.comments.nodes.length === 0) {
    return (
      <Empty>
        {say("comment.none")}
        {due && !ticket.firstResponseAt && ` · ${say("comment.due", { when: distance(due) })}`}
      </Empty>
    );
  }
  return (
    <ul class="lines">
      {ticket.comments.nodes.map((comment) => (
        <li key={comment.id}>
          <div class="line soft">
            <span class="name">{comment.fromCustomer ? choice("Typename", "Customer") : comment.authorName}</span>
            {comment.isInternal && <Badge tone="warn">{say("comment.internal")}</Badge>}
            <time dateTime={comment.createdAt}>{moment(comment.createdAt)}</time>
          </div>
          <p class="said">{comment.body}</p>
        </li>
      ))}
    </ul>
  );
}

function About({ ticket }: { ticket: TicketWholeFragment }): JSX.Element {
  const { customer, contract } = ticket;
  const home = address("customers", customer.id) + (contract ? `?contract=${contract.id}` : "");
  const facts: Fact[] = [
    [say("sub.phone"), phone(customer.phone)],
    [say("ticket.contract"), contract?.number],
    [say("ticket.assignedTo"), ticket.assignedTo?.fullName ?? say("ticket.unassigned")],
    [say("ticket.createdBy"), ticket.createdBy?.fullName],
    [say("ticket.created"), moment(ticket.createdAt)],
    [say("ticket.notes"), ticket.notes],
  ];
  return (
    <>
      <p>
        <a href={home}>{customer.fullName}</a>{" "}
        {customer.status !== "ACTIVE" && (
          <Badge tone={toneOf(customer.status)}>{choice("CustomerStatus", customer.status)}</Badge>
        )}
      </p>
      <Facts facts={facts} tall />
    </>
  );
}

const TOLD: ReadonlySet<string> = new Set(["status", "priority", "category", "resolution", "notes", "subject"]);

function History({ ticket }: { ticket: TicketWholeFragment }): JSX.Element {
  return (
    <ol class="lines">
      {ticket.history.nodes.map((event) => (
        <li key={event.id}>
          <div class="line">
            <span class="name">{choice("TicketAction", event.action)}</span>
            <time class="soft" dateTime={event.createdAt}>
              {moment(event.createdAt)}
            </time>
          </div>
          <p class="soft">
            {[event.actorName, event.reason].filter(Boolean).join(" · ")}
            {event.changes
              .filter(({ field }) => TOLD.has(field) && event.action !== "create")
              .map(({ field, new: next }) => ` · ${fieldName(field)}: ${valueOf("Ticket", field, next)}`)}
          </p>
        </li>
      ))}
    </ol>
  );
}
