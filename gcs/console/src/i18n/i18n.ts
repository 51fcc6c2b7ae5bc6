import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import type { Language } from "../api/types";
import en from "./en.json";
import zh from "./zh.json";

const REMEMBERED = "patrol-language";

/** The language chosen on this computer before, if any. */
export function remembered(): Language | null {
  const kept = localStorage.getItem(REMEMBERED);
  return kept === "zh" || kept === "en" ? kept : null;
}

function fromBrowser(): Language {
  return navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
}

export function setLanguage(language: Language, remember = true): void {
  if (remember) localStorage.setItem(REMEMBERED, language);
  void i18next.changeLanguage(language);
}

function showInDocument(language: string): void {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
}

i18next.on("languageChanged", showInDocument);

void i18next.use(initReactI18next).init({
  resources: { en: { translation: en }, zh: { translation: zh } },
  lng: remembered() ?? fromBrowser(),
  fallbackLng: "en",
  interpolation: { escapeValue: false },
  initAsync: false,
});

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "translation";
    resources: { translation: typeof en };
  }
}
