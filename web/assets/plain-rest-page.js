// The plain documentation: every call of the OpenAPI document with what it takes and answers, and a form to try it.

import { credentials, element, language, root, sessionBar } from "./session.js";

const words = language === "ru"
  ? { send: "Отправить", plain: "Части Swagger UI не установлены: выполните make setup там, где доступен реестр пакетов." }
  : { send: "Send", plain: "Swagger UI's parts are not installed: run make setup where the package registry can be reached." };
const METHODS = ["get", "post", "put", "patch", "delete"];

const place = document.getElementById("page");
const response = await fetch(place.dataset.openapi, { headers: { "Accept-Language": language } });
const described = await response.json();

function call(path, method, operation) {
  const address = element("input", { value: root + path, size: 60, ariaLabel: "path" });
  const body = element("textarea", { rows: 4, cols: 60, hidden: !operation.requestBody, ariaLabel: "body" });
  const answer = element("pre");
  const send = element("button", { type: "button" }, words.send);
  send.addEventListener("click", async () => {
    const headers = { "Accept-Language": language, ...credentials() };
    if (body.value) headers["Content-Type"] = "application/json";
    const result = await fetch(address.value, { method: method.toUpperCase(), headers, body: body.value || undefined });
    answer.textContent = `${result.status}\n${await result.text()}`;
  });
  return element("details", {},
    element("summary", {}, `${method.toUpperCase()} ${path}`),
    element("p", {}, operation.summary ?? "", " ", operation.description ?? ""),
    element("div", { className: "plain-call" }, address, body, send, answer));
}

const calls = Object.entries(described.paths).flatMap(([path, methods]) =>
  METHODS.filter((method) => methods[method]).map((method) => call(path, method, methods[method])));

place.append(
  sessionBar("Abonent · REST", [["GraphQL", `${root}/graphql`], ["OpenAPI", place.dataset.openapi]]),
  element("main", { className: "calls" }, element("p", {}, words.plain), ...calls),
);
