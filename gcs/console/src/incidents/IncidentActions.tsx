import { Alert, Button, Kbd } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useIncidentAction, type IncidentAction } from "../api/orders";
import type { Incident } from "../api/types";
import { useErrorWords } from "../i18n/errors";
import { ConfirmForm, DismissForm, ResolveForm, WarnForm } from "./decisions";
import { choicesFor } from "./incidents";
import styles from "./IncidentActions.module.css";

type Form = "confirm" | "dismiss" | "resolve" | "warn";

/** What a dispatcher may do with this incident now. What others will hear or read is asked for once more. */
export function IncidentActions({ incident }: { incident: Incident }) {
  const { t } = useTranslation();
  const errorWords = useErrorWords();
  const action = useIncidentAction(incident.id);
  const [form, setForm] = useState<Form | null>(null);
  const choices = choicesFor(incident);

  const act = (chosen: IncidentAction) => action.mutate(chosen, { onSuccess: () => setForm(null) });
  const open = (wanted: Form) => {
    if (choices[wanted]) setForm(wanted);
  };

  useHotkeys([
    ["a", () => choices.acknowledge && !action.isPending && act({ action: "acknowledge" })],
    ["c", () => open("confirm")],
    ["d", () => open("dismiss")],
    ["Escape", () => setForm(null), { preventDefault: false }],
  ]);

  const offersNothing = !Object.values(choices).some(Boolean);
  if (offersNothing) return null;
  const shared = { incident, onAct: act, onCancel: () => setForm(null), pending: action.isPending };

  return (
    <footer className={styles.foot}>
      {action.error && (
        <Alert color="alert" role="alert" data-testid="incident-error">
          {errorWords(action.error)}
        </Alert>
      )}
      {form === "confirm" && choices.confirm && <ConfirmForm {...shared} />}
      {form === "dismiss" && choices.dismiss && <DismissForm {...shared} />}
      {form === "warn" && choices.warn && <WarnForm {...shared} />}
      {form === "resolve" && choices.resolve && <ResolveForm {...shared} />}
      {(form === null || !choices[form]) && (
        <div className={styles.buttons}>
          {choices.confirm && (
            <Button
              px={10}
              color="alert"
              rightSection={<Kbd size="xs">C</Kbd>}
              onClick={() => open("confirm")}
              data-testid="incident-confirm"
            >
              {t("incident.confirm")}
            </Button>
          )}
          {choices.acknowledge && (
            <Button
              px={10}
              variant="default"
              rightSection={<Kbd size="xs">A</Kbd>}
              loading={action.isPending}
              onClick={() => act({ action: "acknowledge" })}
              data-testid="incident-acknowledge"
            >
              {t("incident.acknowledge")}
            </Button>
          )}
          {choices.dismiss && (
            <Button
              px={10}
              variant="default"
              rightSection={<Kbd size="xs">D</Kbd>}
              onClick={() => open("dismiss")}
              data-testid="incident-dismiss"
            >
              {t("incident.dismiss")}
            </Button>
          )}
          {choices.warn && (
            <Button variant="default" onClick={() => open("warn")} data-testid="incident-warn">
              {incident.state === "warned" ? t("incident.warnAgain") : t("incident.warnNow")}
            </Button>
          )}
          {choices.resolve && (
            <Button onClick={() => open("resolve")} data-testid="incident-resolve">
              {t("incident.resolve")}
            </Button>
          )}
        </div>
      )}
    </footer>
  );
}
