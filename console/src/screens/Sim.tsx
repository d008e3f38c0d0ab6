import type { JSX } from "preact";
import { SimDocument } from "../generated/documents";
import type { SimQuery } from "../generated/documents";
import { address } from "../router";
import { Badge, Card, Facts, NotFound, Shown, useTitle } from "../ui/basics";
import { useScreenQuery } from "../ui/shown";
import { toneOf } from "../ui/tones";
import { choice, moment, phone, say } from "../words";

type SimCard = NonNullable<SimQuery["sim"]>;

export function Sim({ id }: { id: string }): JSX.Element {
  const read = useScreenQuery(SimDocument, { id });
  const number = read.data?.sim ? phone(read.data.sim.msisdn) : "";
  useTitle(number);
  return (
    <main id="content">
      <Shown read={read}>{(data) => (data.sim ? <Whole sim={data.sim} /> : <NotFound />)}</Shown>
    </main>
  );
}

function Whole({ sim }: { sim: SimCard }): JSX.Element {
  const { contract } = sim;
  const to = contract && `${address("customers", contract.customer.id)}?contract=${contract.id}`;
  return (
    <Card title={say("sim.title", { number: phone(sim.msisdn) })}>
      <p>
        <Badge tone={toneOf(sim.status)}>{choice("SimStatus", sim.status)}</Badge>
      </p>
      <Facts
        facts={[
          [say("sim.iccid"), sim.iccid],
          [say("sim.imsi"), sim.imsi],
          ["PUK", sim.pukCode],
          [choice("SimStatus", "ACTIVE"), sim.activatedAt && moment(sim.activatedAt)],
        ]}
      />
      <p>
        {contract && to ? (
          <a href={to}>
            {contract.customer.fullName} · {contract.number}
          </a>
        ) : (
          say("sim.free")
        )}
      </p>
    </Card>
  );
}
