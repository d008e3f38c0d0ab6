// Swagger UI with the session's bar above it: every call is tried as whoever has logged in.

import { credentials, element, language, root, session, sessionBar } from "./session.js";

const place = document.getElementById("page");
const main = element("main");
const links = [["GraphQL", `${root}/graphql`], ["OpenAPI", place.dataset.openapi]];
place.append(sessionBar("Abonent · REST", links, showWhoIsIn), main);

/** Its padlocks are closed while somebody is logged in by the bar. */
function showWhoIsIn() {
  if (session.tokens) page.preauthorizeApiKey("bearer", session.tokens.access);
  else if (page.authSelectors.authorized().size) page.authActions.logout(["bearer"]);
}

const page = window.SwaggerUIBundle({
  domNode: main,
  url: place.dataset.openapi,
  deepLinking: true,
  docExpansion: "none",
  filter: true,
  persistAuthorization: false,
  validatorUrl: null,
  onComplete: () => showWhoIsIn(),
  requestInterceptor: (request) => {
    const authorized = request.headers.Authorization;
    request.headers = { "Accept-Language": language, ...credentials(), ...request.headers };
    if (authorized) request.headers.Authorization = authorized;
    return request;
  },
});
