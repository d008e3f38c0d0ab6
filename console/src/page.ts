// What the server wrote into the page: the prefix that everything is served under, and the reader's language.

const place = document.getElementById("page");

if (!place) throw new Error("the page has no place for the console");

export const page: HTMLElement = place;
export const root: string = place.dataset["root"] ?? "";
export const asked: string = document.documentElement.lang;
