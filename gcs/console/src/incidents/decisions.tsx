import { Button, Chip, Group, Switch, Textarea } from "@mantine/core";
import { useState, type ReactNode, type SubmitEvent } from "react";
import { useTranslation } from "react-i18next";
import type { IncidentAction } from "../api/orders";
import type { Incident, Language } from "../api/types";
import { SpokenLanguage, WillSay } from "./SpokenLanguage";
import styles from "./IncidentActions.module.css";

interface Props {
  incident: Incident;
  pending: boolean;
  onAct: (action: IncidentAction) => void;
  onCancel: () => void;
}

/** Confirming lets the drone speak: the language and the consequence are on screen before it does. */
export function ConfirmForm({ incident, pending, onAct, onCancel }: Props) {
  const { t } = useTranslation();
  const [warn, setWarn] = useState(true);
  const [spoken, setSpoken] = useState<Language>("zh");
  return (
    <Form
      onSubmit={() => onAct({ action: "confirm", language: spoken, warn })}
      onCancel={onCancel}
      submit={
        <Button
          type="submit"
          color="alert"
          loading={pending}

          autoFocus
          data-testid="confirm-submit"
        >
          {warn ? t("incident.confirmGo") : t("incident.confirmGoOnly")}
        </Button>
      }
    >
      <Group justify="space-between">
        <Switch
          label={t("incident.warn")}
          checked={warn}
          onChange={(event) => setWarn(event.currentTarget.checked)}
          data-testid="confirm-warn"
        />
        <SpokenLanguage value={spoken} onChange={setSpoken} disabled={!warn} />
      </Group>
      {warn && <WillSay incident={incident} language={spoken} />}
    </Form>
  );
}

/** Once more, when the first warning did not help. */
export function WarnForm({ incident, pending, onAct, onCancel }: Props) {
  const { t } = useTranslation();
  const [spoken, setSpoken] = useState<Language>("zh");
  return (
    <Form
      onSubmit={() => onAct({ action: "warn", language: spoken })}
      onCancel={onCancel}
      submit={
        <Button type="submit" color="alert" loading={pending} autoFocus data-testid="warn-submit">
          {t("incident.warnGo")}
        </Button>
      }
    >
      <SpokenLanguage value={spoken} onChange={setSpoken} />
      <WillSay incident={incident} language={spoken} />
    </Form>
  );
}

const PRESETS = ["false", "duty", "gone", "double"] as const;

export function DismissForm({ pending, onAct, onCancel }: Props) {
  const { t } = useTranslation();
  const [reason, setReason] = useState("");
  return (
    <Form
      onSubmit={() => onAct({ action: "dismiss", reason: reason.trim() })}
      onCancel={onCancel}
      submit={
        <Button
          type="submit"
          loading={pending}
          disabled={!reason.trim()}
          data-testid="dismiss-submit"
        >
          {t("incident.dismissGo")}
        </Button>
      }
    >
      <Textarea
        label={t("incident.dismissReason")}
        description={t("incident.dismissHint")}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        onKeyDown={submitOnEnter}
        autosize
        minRows={1}
        maxRows={4}
        autoFocus
        data-testid="dismiss-reason"
      />
      <Group gap={6}>
        {PRESETS.map((preset) => {
          const words = t(`incident.dismissPreset.${preset}`);
          return (
            <Chip
              key={preset}
              size="xs"
              checked={reason === words}
              onChange={() => setReason(words)}
            >
              {words}
            </Chip>
          );
        })}
      </Group>
    </Form>
  );
}

export function ResolveForm({ pending, onAct, onCancel }: Props) {
  const { t } = useTranslation();
  const [note, setNote] = useState("");
  return (
    <Form
      onSubmit={() => onAct({ action: "resolve", note: note.trim() })}
      onCancel={onCancel}
      submit={
        <Button type="submit" loading={pending} data-testid="resolve-submit">
          {t("incident.resolveGo")}
        </Button>
      }
    >
      <Textarea
        label={t("incident.resolveNote")}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
        onKeyDown={submitOnEnter}
        autosize
        minRows={1}
        maxRows={4}
        autoFocus
        data-testid="resolve-note"
      />
    </Form>
  );
}

/** Enter sends, Shift+Enter breaks the line. While an input method composes Chinese, Enter belongs to it. */
function submitOnEnter(event: React.KeyboardEvent<HTMLTextAreaElement>): void {
  if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
  event.preventDefault();
  event.currentTarget.form?.requestSubmit();
}

interface FormProps {
  children: ReactNode;
  submit: ReactNode;
  onSubmit: () => void;
  onCancel: () => void;
}

function Form({ children, submit, onSubmit, onCancel }: FormProps) {
  const { t } = useTranslation();
  const send = (event: SubmitEvent) => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <form className={styles.form} onSubmit={send}>
      {children}
      <div className={styles.buttons}>
        {submit}
        <Button variant="default" onClick={onCancel}>
          {t("incident.cancel")}
        </Button>
      </div>
    </form>
  );
}
