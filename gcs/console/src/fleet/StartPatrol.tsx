import { Alert, Button, Group, Modal, Select, Stack, Switch } from "@mantine/core";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { usePlans } from "../api/queries";
import { useStartSortie } from "../api/orders";
import type { Drone, Plan } from "../api/types";
import { useErrorWords } from "../i18n/errors";
import { round } from "../lib/format";
import { useSelection } from "../shell/selection";
import styles from "./StartPatrol.module.css";

const STEPS = ["step1", "step2", "step3", "step4", "step5"] as const;

/** Chooses a plan, says what will happen, and only then flies. */
export function StartPatrol({ drone, onClose }: { drone: Drone; onClose: () => void }) {
  const { t } = useTranslation();
  const errorWords = useErrorWords();
  const plans = usePlans();
  const start = useStartSortie();
  const preview = useSelection((state) => state.preview);
  const chooseDrone = useSelection((state) => state.chooseDrone);
  const [chosen, setChosen] = useState<string | null>(null);
  const [holdOnAlert, setHoldOnAlert] = useState(true);

  // The only flyable plan needs no choosing.
  const flyable = plans.data?.filter((plan) => plan.valid) ?? [];
  const name = chosen ?? (flyable.length === 1 ? (flyable[0]?.name ?? null) : null);
  const plan = plans.data?.find((each) => each.name === name);

  useEffect(() => {
    preview(name);
    return () => preview(null);
  }, [name, preview]);

  const go = () => {
    if (!plan) return;
    start.mutate(
      { drone: drone.system_id, plan: plan.name, hold_on_alert: holdOnAlert },
      {
        onSuccess: () => {
          chooseDrone(drone.system_id);
          onClose();
        },
      },
    );
  };

  return (
    <Modal
      opened
      onClose={onClose}
      title={t("start.title", { drone: drone.name })}
      size={520}
      data-testid="start-dialog"
    >
      <Stack gap="md">
        {plans.data?.length === 0 && <Alert color="yellow">{t("start.none")}</Alert>}
        {plans.isError && <Alert color="alert">{errorWords(plans.error)}</Alert>}
        <Select
          label={t("start.plan")}
          placeholder={t("start.choose")}
          data={
            plans.data?.map((each) => ({ value: each.name, label: each.title || each.name })) ?? []
          }
          value={name}
          onChange={setChosen}
          allowDeselect={false}
          data-autofocus
          data-testid="start-plan"
        />
        {plan && !plan.valid && <PlanProblems plan={plan} />}
        {plan?.valid && <PlanFigures plan={plan} />}
        {plan?.valid && (
          <section>
            <h3 className={styles.will}>{t("start.will")}</h3>
            <ol className={styles.steps}>
              {STEPS.map((step) => (
                <li key={step}>{t(`start.${step}`)}</li>
              ))}
            </ol>
          </section>
        )}
        <Switch
          label={t("start.holdOnAlert")}
          checked={holdOnAlert}
          onChange={(event) => setHoldOnAlert(event.currentTarget.checked)}
        />
        {start.error && (
          <Alert color="alert" role="alert" data-testid="start-error">
            {errorWords(start.error)}
          </Alert>
        )}
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose}>
            {t("start.cancel")}
          </Button>
          <Button
            disabled={!plan?.valid}
            loading={start.isPending}
            onClick={go}
            data-testid="start-confirm"
          >
            {t("start.go")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function PlanProblems({ plan }: { plan: Plan }) {
  const { t } = useTranslation();
  return (
    <Alert color="alert" title={t("start.invalid")}>
      <ul className={styles.problems}>
        {plan.errors.map((error, index) => (
          <li key={index}>
            {error.item == null
              ? error.message
              : t("start.problem", { item: error.item, message: error.message })}
          </li>
        ))}
      </ul>
    </Alert>
  );
}

function PlanFigures({ plan }: { plan: Plan }) {
  const { t } = useTranslation();
  const heights = plan.route.map((point) => point[2]);
  const low = Math.min(...heights);
  const high = Math.max(...heights);
  const figures: [string, string][] = [
    [t("start.distance"), `${round((plan.distance_m ?? NaN) / 1000, 1)} km`],
    [t("start.duration"), `${round((plan.duration_s ?? NaN) / 60)} min`],
    [
      t("start.height"),
      round(low) === round(high) ? `${round(low)} m` : `${round(low)}-${round(high)} m`,
    ],
    [t("start.points"), String(plan.route.length)],
    [t("start.fence"), plan.fence ? t("start.fenceYes") : t("start.fenceNo")],
  ];
  return (
    <dl className={styles.figures}>
      {figures.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
