// The graphql-sse client as it comes, against an endpoint: prints each result of a subscription as a line of JSON,
// a query's result beside it, and how it ended.

import { createRequire } from "node:module";

const [, , folder, url, authorization, query, count] = process.argv;
const { createClient } = createRequire(import.meta.url)(`${folder}/graphql-sse/client.js`);

const print = (kind, value) => console.log(JSON.stringify({ kind, value }));
const client = createClient({ url, headers: { authorization, "accept-language": "en" }, retryAttempts: 0 });

for await (const result of client.iterate({ query: "{ me { username } }" })) print("query", result);

let left = Number(count);
const on = { connected: () => print("connected", null) };
try {
  for await (const result of client.iterate({ query }, on)) {
    print("next", result);
    if (--left === 0) break;
  }
  print("end", null);
} catch (error) {
  print("error", String(error));
}
