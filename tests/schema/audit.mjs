// Runs the official GraphQL-over-HTTP audit against an endpoint, and prints each finding as a line of JSON.

import { createRequire } from "node:module";

const [, , folder, url] = process.argv;
const { serverAudits } = createRequire(import.meta.url)(`${folder}/audits/server.js`);

for (const audit of serverAudits({ url, fetchFn: fetch })) {
  const result = await audit.fn();
  console.log(JSON.stringify({ id: audit.id, name: audit.name, status: result.status, reason: result.reason ?? null }));
}
