import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import type { Bilingual, Language } from "../api/types";

/** Parts of the dictionary whose keys are the service's own words. */
type Glossary =
  | "cls"
  | "direction"
  | "event"
  | "lane"
  | "landed"
  | "link"
  | "log"
  | "mode"
  | "part"
  | "partState"
  | "role"
  | "severity"
  | "sortie"
  | "state"
  | "who"
  | "command.name"
  | "command.state";

/** The service's word in the reader's language; a word not in the dictionary is shown as it came. */
export function useWords(): (glossary: Glossary, word: string) => string {
  const { t, i18n } = useTranslation();
  return useCallback(
    (glossary, word) => {
      const key = `${glossary}.${word}`;
      return i18n.exists(key) ? t(key as "app.name") : word;
    },
    [t, i18n],
  );
}

export function useLanguage(): Language {
  return useTranslation().i18n.language === "en" ? "en" : "zh";
}

/** Text the service gives in both languages. */
export function useBilingual(): (text: Bilingual) => string {
  const language = useLanguage();
  return useCallback((text) => text[language] || text.zh || text.en, [language]);
}
