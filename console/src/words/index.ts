// What people read: `say("nav.find")`, `choice("Role", "ADMIN")`, and how numbers, days and phones are written.

import { CHOICES } from "./choices";
import type { Choice } from "./choices";
import { en } from "./en";
import type { Word } from "./en";
import { FIELDS } from "./fields";
import { ky } from "./ky";
import { language } from "./language";
import type { Language } from "./language";
import { ru } from "./ru";

const CATALOGUES: Readonly<Record<Language, Readonly<Record<Word, string>>>> = { ru, ky, en };
const LOCALES: Readonly<Record<Language, string>> = { ru: "ru-RU", ky: "ky-KG", en: "en-GB" };
const COLUMN: Readonly<Record<Language, 0 | 1 | 2>> = { ru: 0, ky: 1, en: 2 };

export type { Word };

export function say(word: Word, gaps: Readonly<Record<string, string | number>> = {}): string {
  return CATALOGUES[language.value][word].replace(/\{(\w+)\}/g, (_, name: string) => String(gaps[name] ?? ""));
}

type EnumOf<C> = C extends `${infer Name}.${string}` ? Name : never;

/** The word of an enum's value; a value that is newer than this page is shown as it is. */
export function choice(name: EnumOf<Choice> | (string & {}), value: string): string {
  const words: Readonly<Record<string, readonly [string, string, string]>> = CHOICES;
  return words[`${name}.${value}`]?.[COLUMN[language.value]] ?? value;
}

/** What a field of an entity is called; one that has no word here, by its own name. */
export const fieldName = (field: string): string => FIELDS[field]?.[COLUMN[language.value]] ?? field;

/** An amount as it is written: thousands apart, hundredths always; no number is made of it. */
export function money(amount: string): string {
  const [, sign = "", whole = "0", part = "00"] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(amount) ?? [];
  const [point, apart] = language.value === "en" ? [".", ","] : [",", "\u00a0"];
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, apart);
  return `${sign && "\u2212"}${grouped}${point}${part.padEnd(2, "0")}`;
}

/** Hundredths, exactly, for sums and comparisons. */
export function cents(amount: string): bigint {
  const [, sign = "", whole = "0", part = ""] = /^(-?)(\d+)(?:\.(\d{1,2}))?$/.exec(amount) ?? [];
  return BigInt(`${sign}${whole}${part.padEnd(2, "0")}`);
}

export function amountOf(hundredths: bigint): string {
  const positive = hundredths < 0n ? -hundredths : hundredths;
  const text = positive.toString().padStart(3, "0");
  return `${hundredths < 0n ? "-" : ""}${text.slice(0, -2)}.${text.slice(-2)}`;
}

export const count = (number: number): string => new Intl.NumberFormat(LOCALES[language.value]).format(number);

/** A calendar day, `2026-01-31`, whatever the zone of the browser. */
export function day(date: string): string {
  const form = new Intl.DateTimeFormat(LOCALES[language.value], { dateStyle: "medium", timeZone: "UTC" });
  return form.format(new Date(`${date.slice(0, 10)}T00:00:00Z`));
}

export function moment(at: string): string {
  const form = new Intl.DateTimeFormat(LOCALES[language.value], {
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
    ...(new Date(at).getFullYear() === new Date().getFullYear() ? {} : { year: "numeric" }),
  });
  return form.format(new Date(at));
}

/** How far away a moment is, in the largest fitting unit: "in 3 hours", "2 days ago". */
export function distance(at: string): string {
  const minutes = (new Date(at).getTime() - Date.now()) / 60_000;
  const form = new Intl.RelativeTimeFormat(LOCALES[language.value], { numeric: "auto" });
  if (Math.abs(minutes) < 60) return form.format(Math.round(minutes), "minute");
  if (Math.abs(minutes) < 36 * 60) return form.format(Math.round(minutes / 60), "hour");
  return form.format(Math.round(minutes / 1_440), "day");
}

/** `+996555123456` as `+996 555 12-34-56`; other numbers as they are. */
export function phone(number: string): string {
  return number.replace(/^\+996(\d{3})(\d{2})(\d{2})(\d{2})$/, "+996\u00a0$1\u00a0$2-$3-$4");
}
