// The reader's language and theme: what was chosen in this browser, else what it asks for.

import { asked } from "../page";
import { signal } from "../signal";

export type Language = "ru" | "ky" | "en";
export type Theme = "system" | "light" | "dark";

export const LANGUAGES: Readonly<Record<Language, string>> = { ru: "Русский", ky: "Кыргызча", en: "English" };

const LANGUAGE_KEY = "abonent.language";
const THEME_KEY = "abonent.theme";

const isLanguage = (text: string | null | undefined): text is Language => text === "ru" || text === "ky" || text === "en";

function kept(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null; // a browser may refuse to keep anything
  }
}

function keep(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // then it holds for this page
  }
}

function firstLanguage(): Language {
  const chosen = kept(LANGUAGE_KEY);
  if (isLanguage(chosen)) return chosen;
  if (navigator.language.startsWith("ky")) return "ky";
  return isLanguage(asked) ? asked : "ru";
}

function firstTheme(): Theme {
  const chosen = kept(THEME_KEY);
  return chosen === "light" || chosen === "dark" ? chosen : "system";
}

export const language = signal<Language>(firstLanguage());
export const theme = signal<Theme>(firstTheme());

export function speak(next: Language): void {
  keep(LANGUAGE_KEY, next);
  language.value = next;
  document.documentElement.lang = next;
}

export function dress(next: Theme): void {
  keep(THEME_KEY, next);
  theme.value = next;
  document.documentElement.dataset["theme"] = next;
}

document.documentElement.lang = language.value;
document.documentElement.dataset["theme"] = theme.value;
