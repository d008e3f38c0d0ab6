// The plain page: a document, its variables, the answer, and the examples, without any library.

import { element, language, root, send, sessionBar } from "./session.js";
import { listen, subscribes } from "./stream.js";

const words = language === "ru"
  ? { run: "Выполнить", plain: "Части GraphiQL не установлены: выполните make setup там, где доступен реестр пакетов." }
  : { run: "Run", plain: "GraphiQL's parts are not installed: run make setup where the package registry can be reached." };

const examples = await (await fetch(`${root}/static/examples.json`)).json();

const query = element("textarea", { className: "query", spellcheck: false, ariaLabel: "query" });
const variables = element("textarea", { className: "variables", spellcheck: false, ariaLabel: "variables" });
const answer = element("pre", { className: "answer", ariaLive: "polite" });
const run = element("button", { type: "button" }, words.run);
const choice = element("select", {}, ...examples.map((example, index) => element("option", { value: index }, example[language])));

function show(example) {
  query.value = example.query;
  variables.value = example.variables ? JSON.stringify(example.variables, null, 2) : "{}";
}

let listening = null;

async function execute() {
  listening?.return();
  listening = null;
  try {
    const request = { query: query.value, variables: JSON.parse(variables.value || "{}") };
    if (subscribes(request.query)) await showAll(request);
    else answer.textContent = JSON.stringify(await send(request), null, 2);
  } catch (error) {
    answer.textContent = String(error);
  }
}

/** Each result of a subscription as it comes, until something else is run. */
async function showAll(request) {
  answer.textContent = "…";
  for await (const result of (listening = listen(request))) answer.textContent = JSON.stringify(result, null, 2);
}

choice.addEventListener("change", () => show(examples[choice.value]));
run.addEventListener("click", execute);
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) execute();
});

show(examples[0]);
document.getElementById("page").append(
  sessionBar("Abonent · GraphQL", [["REST", `${root}/api/docs/`]]),
  element("main", { className: "plain" },
    element("p", {}, words.plain), query, variables, element("div", { className: "actions" }, run, choice), answer),
);
