// Swagger UI with the session's bar above it: every call is tried as whoever has logged in.

import { credentials, element, language, root, sessionBar } from "./session.js";

const place = document.getElementById("page");
const main = element("main");
place.append(sessionBar("Abonent · REST", [["GraphQL", `${root}/graphql`], ["OpenAPI", place.dataset.openapi]]), main);

window.SwaggerUIBundle({
  domNode: main,
  url: place.dataset.openapi,
  deepLinking: true,
  docExpansion: "none",
  filter: true,
  persistAuthorization: false,
  validatorUrl: null,
  requestInterceptor: (request) => {
    const authorized = request.headers.Authorization;
    request.headers = { "Accept-Language": language, ...credentials(), ...request.headers };
    if (authorized) request.headers.Authorization = authorized;
    return request;
  },
});
