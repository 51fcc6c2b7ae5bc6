import { SegmentedControl } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useMessages } from "../api/queries";
import type { Incident, Language } from "../api/types";
import { preview } from "./message";
import styles from "./IncidentActions.module.css";

interface Props {
  value: Language;
  onChange: (language: Language) => void;
  disabled?: boolean;
}

export function SpokenLanguage({ value, onChange, disabled = false }: Props) {
  const { t } = useTranslation();
  return (
    <SegmentedControl
      size="xs"
      aria-label={t("incident.warnLanguage")}
      disabled={disabled}
      value={value}
      onChange={onChange}
      data={[
        { value: "zh", label: t("speech.zh") },
        { value: "en", label: t("speech.en") },
      ]}
      data-testid="confirm-language"
    />
  );
}

/** What will be said, before anybody says it. */
export function WillSay({ incident, language }: { incident: Incident; language: Language }) {
  const { t } = useTranslation();
  const message = useMessages().data?.find(({ id }) => id === incident.event_type);
  return (
    <figure className={styles.hint} data-testid="will-say">
      <figcaption>{t("incident.willSay")}</figcaption>
      <blockquote lang={language === "zh" ? "zh-CN" : "en"}>
        {message ? preview(message, incident, language) : t("incident.willSayUnknown")}
      </blockquote>
    </figure>
  );
}
