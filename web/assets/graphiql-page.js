// GraphiQL with the session's bar above it and the examples in its tabs.

import { element, language, root, send, sessionBar } from "./session.js";
import { listen, subscribes } from "./stream.js";

const examples = await (await fetch(`${root}/static/examples.json`)).json();

const place = document.getElementById("page");
const main = element("main");
place.append(sessionBar("Abonent · GraphQL", [["REST", `${root}/api/docs/`]]), main);

const fetcher = (request, options) =>
  (subscribes(request.query, request.operationName) ? listen : send)(request, options?.headers);

/** A comment above a document, in lines that fit beside the answer. */
const comment = (text) => text.replace(/(.{1,50})(\s|$)/g, "# $1\n");

const defaultTabs = examples.map((example) => ({
  query: `${comment(example[language])}\n${example.query}`,
  variables: example.variables ? JSON.stringify(example.variables, null, 2) : undefined,
}));

// What another page asks to try, the console for one: `#query=…&variables=…`, in a tab of its own.
const given = new URLSearchParams(window.location.hash.slice(1));
const asked = given.get("query") ? { query: given.get("query"), variables: given.get("variables") ?? "" } : {};

window.ReactDOM.createRoot(main).render(window.React.createElement(window.GraphiQL, { fetcher, defaultTabs, shouldPersistHeaders: false, ...asked }));
