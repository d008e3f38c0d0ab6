// Which screen is shown is what the address says; an address can be sent to a colleague.

import { root } from "./page";
import { signal } from "./signal";

export interface Place {
  /** The screen and what it is about, for example `["customers", "cus_7"]`; empty for the first screen. */
  parts: string[];
  search: URLSearchParams;
}

const HOME = `${root}/`;
const BELOW = `${root}/console/`;

function here(): Place {
  const { pathname, search } = globalThis.location;
  const below = pathname.startsWith(BELOW) ? pathname.slice(BELOW.length) : "";
  return { parts: below.split("/").filter(Boolean).map(decodeURIComponent), search: new URLSearchParams(search) };
}

export const place = signal<Place>(here());

globalThis.addEventListener("popstate", () => {
  place.value = here();
});

/** The address of a screen, for links: `address("customers", "cus_7")`. */
export function address(...parts: string[]): string {
  return parts.length ? BELOW + parts.map(encodeURIComponent).join("/") : HOME;
}

export function go(to: string, instead = false): void {
  if (instead) globalThis.history.replaceState(null, "", to);
  else globalThis.history.pushState(null, "", to);
  place.value = here();
  if (!instead) globalThis.scrollTo(0, 0);
}

/** Links of ours lead on without loading the page anew. */
globalThis.document.addEventListener("click", (event) => {
  const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
  if (!plain || event.defaultPrevented || !(link instanceof HTMLAnchorElement) || link.target) return;
  const ours = link.origin === globalThis.location.origin && (link.pathname === HOME || link.pathname.startsWith(BELOW));
  if (!ours) return;
  event.preventDefault();
  go(link.pathname + link.search);
});
