// Logging in for the pages: a bar on top of the page, and `send`, which carries the token and renews it.
// Tokens live as long as the browser's tab; passwords are kept nowhere.

export const language = document.documentElement.lang;

/** The prefix that everything is served under: what stands in front of this file's own path. */
export const root = new URL("..", import.meta.url).pathname.replace(/\/$/, "");

const RUSSIAN = {
  name: "Имя пользователя", password: "Пароль", logIn: "Войти", logOut: "Выйти",
  failed: "Сервер не отвечает", ended: "Сеанс закончился: войдите снова",
};
const ENGLISH = {
  name: "Username", password: "Password", logIn: "Log in", logOut: "Log out",
  failed: "The server does not answer", ended: "The session has ended: log in again",
};
const words = language === "ru" ? RUSSIAN : ENGLISH;

const KEY = "abonent.session";
const ACCEPT = "application/graphql-response+json, application/json;q=0.9";
const ANSWER = "access refresh user { username } errors { message }";

export const session = {
  get tokens() { return JSON.parse(sessionStorage.getItem(KEY)); },
  set tokens(value) { value ? sessionStorage.setItem(KEY, JSON.stringify(value)) : sessionStorage.removeItem(KEY); },
};

/** The headers that say who is calling. */
export function credentials() {
  return session.tokens ? { Authorization: `Bearer ${session.tokens.access}` } : {};
}

async function post(request, headers) {
  const response = await fetch(`${root}/graphql`, {
    method: "POST",
    headers: { Accept: ACCEPT, "Accept-Language": language, "Content-Type": "application/json", ...headers },
    body: JSON.stringify(request),
  });
  return response.json();
}

/** Runs a GraphQL request as whoever has logged in; an outdated token is renewed once. */
export async function send(request, headers = {}) {
  const answer = await post(request, { ...credentials(), ...headers });
  const outdated = answer.errors?.[0]?.extensions?.code === "TOKEN_NOT_VALID";
  if (!outdated || !session.tokens || headers.Authorization) return answer;
  if (!(await renew())) return answer;
  return post(request, { ...credentials(), ...headers });
}

let renewing = null;

/** Exchanges the refresh token, which is good once: those who ask together get one exchange. */
export function renew() {
  renewing ??= exchange().finally(() => { renewing = null; });
  return renewing;
}

async function exchange() {
  const query = `mutation ($input: RefreshTokenInput!) { refreshToken(input: $input) { ${ANSWER} } }`;
  const answer = await post({ query, variables: { input: { refresh: session.tokens.refresh } } });
  return settle(answer.data?.refreshToken, words.ended);
}

async function logIn(username, password) {
  const query = `mutation ($input: LoginInput!) { login(input: $input) { ${ANSWER} } }`;
  const answer = await post({ query, variables: { input: { username, password } } });
  return settle(answer.data?.login, answer.errors?.[0]?.message);
}

async function logOut() {
  const query = "mutation ($input: LogoutInput!) { logout(input: $input) { errors { message } } }";
  await send({ query, variables: { input: { refresh: session.tokens.refresh } } });
  settle(null, "");
}

function settle(payload, otherwise) {
  const { access, refresh, user, errors } = payload ?? {};
  session.tokens = access ? { access, refresh, name: user.username } : null;
  bar.draw(access ? "" : (errors?.[0]?.message ?? otherwise));
  bar.changed();
  return Boolean(access);
}

/** An element with its properties and children. */
export function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

const bar = { draw() {}, changed() {} };

/** The bar on top of a page; `changed` is called whenever somebody logs in or out. */
export function sessionBar(title, links, changed = () => {}) {
  const shown = element("form", { className: "session" });
  bar.changed = changed;
  bar.draw = (problem) => shown.replaceChildren(
    element("strong", {}, title),
    ...links.map(([text, href]) => element("a", { href }, text)),
    element("span", { className: "problem", role: "alert" }, problem ?? ""),
    ...(session.tokens ? whoIsIn() : whoComes()),
  );
  shown.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await (session.tokens ? logOut() : logIn(shown.elements.username.value, shown.elements.password.value));
    } catch {
      bar.draw(words.failed);
    }
  });
  bar.draw("");
  return shown;
}

function whoIsIn() {
  return [element("span", { className: "who" }, session.tokens.name), element("button", {}, words.logOut)];
}

function whoComes() {
  const field = (name, label, type) =>
    element("input", { name, type, placeholder: label, ariaLabel: label, required: true, autocomplete: AUTOCOMPLETE[name] });
  return [field("username", words.name, "text"), field("password", words.password, "password"), element("button", {}, words.logIn)];
}

const AUTOCOMPLETE = { username: "username", password: "current-password" };
