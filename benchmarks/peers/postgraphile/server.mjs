// PostGraphile on the product's own tables: `node server.mjs PORT`, the database by DATABASE_URL. Nobody is asked who they are.
import { createServer } from "node:http";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { grafserv } from "postgraphile/grafserv/node";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { PostGraphileConnectionFilterPreset } from "postgraphile-plugin-connection-filter";

// Node.js 20 has no such function yet; PostGraphile would rather have 22.
Promise.withResolvers ??= function withResolvers() {
  const found = {};
  found.promise = new this((resolve, reject) => Object.assign(found, { resolve, reject }));
  return found;
};

const service = makePgService({ connectionString: process.env.DATABASE_URL, schemas: ["public"], poolSize: 10 });
const server = createServer();
const instance = postgraphile({
  extends: [PostGraphileAmberPreset, PostGraphileConnectionFilterPreset],
  pgServices: [service],
  grafserv: { watch: false, graphiql: false },
});
await instance.createServ(grafserv).addTo(server);
server.listen(Number(process.argv[2]), "127.0.0.1");
