import { IconCheck, IconPlayerStop, IconX } from "@tabler/icons-react";
import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useStopSpeech } from "../api/orders";
import { useSpeeches } from "../api/queries";
import type { Incident, Speech } from "../api/types";
import { useErrorWords } from "../i18n/errors";
import { clock, round } from "../lib/format";
import { useRights } from "../session/session";
import detail from "./IncidentDetail.module.css";
import styles from "./SpeechProgress.module.css";

const STEPS = ["download", "encoding", "upload", "play"] as const;

/** What the loudspeaker said, how far it got, and whether the vehicle left. */
export function SpeechProgress({ incident }: { incident: Incident }) {
  const { t } = useTranslation();
  const speeches = useSpeeches(incident.id).data ?? [];
  if (speeches.length === 0) return null;
  return (
    <section data-testid="speech">
      <h3 className={detail.title}>{t("speech.title")}</h3>
      {speeches.map((speech) => (
        <SpeechItem key={speech.id} speech={speech} />
      ))}
      {speeches.some((speech) => speech.state === "done") && <Outcome incident={incident} />}
    </section>
  );
}

/** Silences it; whoever flies the drone may do so too. */
function StopSpeech({ speech }: { speech: Speech }) {
  const { t } = useTranslation();
  const errorWords = useErrorWords();
  const rights = useRights();
  const stop = useStopSpeech();
  if (!rights.fly && !rights.dispatch) return null;
  return (
    <>
      <Button
        size="compact-xs"
        variant="default"
        leftSection={<IconPlayerStop size={14} />}
        loading={stop.isPending}
        onClick={() => stop.mutate(speech.id)}
        data-testid="speech-stop"
      >
        {t("speech.stop")}
      </Button>
      {stop.error && <p className={styles.end}>{errorWords(stop.error)}</p>}
    </>
  );
}

function SpeechItem({ speech }: { speech: Speech }) {
  const { t } = useTranslation();
  const at = STEPS.indexOf(speech.state as (typeof STEPS)[number]);
  const finished = speech.state === "done";
  return (
    <div className={styles.speech} data-state={speech.state} data-testid={`speech-${speech.id}`}>
      <p className={styles.text}>
        <time dateTime={speech.started_at}>{clock(speech.started_at)}</time>
        {t(`speech.${speech.language}`)}: {speech.text}
      </p>
      <ol className={styles.steps}>
        {STEPS.map((step, index) => (
          <li key={step} data-reached={finished || (at >= 0 && index < at)} data-now={index === at}>
            {t(`speech.${step}`)}
            {index === at && <span> {round(speech.progress * 100)}%</span>}
          </li>
        ))}
      </ol>
      {at >= 0 && <StopSpeech speech={speech} />}
      {finished && (
        <p className={styles.end} data-good>
          <IconCheck size={15} aria-hidden /> {t("speech.done")}
        </p>
      )}
      {speech.state === "failed" && (
        <p className={styles.end}>
          <IconX size={15} aria-hidden /> {t("speech.failed", { error: speech.error ?? "" })}
        </p>
      )}
      {speech.state === "stopped" && <p className={styles.end}>{t("speech.stopped")}</p>}
    </div>
  );
}

function Outcome({ incident }: { incident: Incident }) {
  const { t } = useTranslation();
  const { outcome, left_after_s } = incident;
  const words =
    outcome === null
      ? t("outcome.watching")
      : outcome !== "left"
        ? t(`outcome.${outcome}`)
        : left_after_s === null
          ? t("outcome.leftNoTime")
          : t("outcome.left", { seconds: round(left_after_s) });
  return (
    <p className={styles.outcome} data-outcome={outcome ?? "watching"} data-testid="outcome">
      {words}
    </p>
  );
}
