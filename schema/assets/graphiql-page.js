// GraphiQL with the session's bar above it and the examples in its tabs.

import { element, language, send, sessionBar } from "./session.js";

const { GraphiQL } = window.GraphiQL ? { GraphiQL: window.GraphiQL } : {};
const examples = await (await fetch("/static/examples.json")).json();

const place = document.getElementById("page");
const main = element("main");
place.append(sessionBar("Abonent · GraphQL", [["REST", "/api/docs/"]]), main);

const fetcher = (request, options) => send(request, options?.headers);
const defaultTabs = examples.map((example) => ({
  query: `# ${example[language]}\n\n${example.query}`,
  variables: example.variables ? JSON.stringify(example.variables, null, 2) : undefined,
}));

const root = window.ReactDOM.createRoot(main);
root.render(window.React.createElement(GraphiQL, { fetcher, defaultTabs, shouldPersistHeaders: false }));
