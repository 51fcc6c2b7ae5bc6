import { IconArrowBarUp, IconBattery3, IconGauge, type Icon } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { ReceivedDrone } from "../api/queries";
import type { Drone, Sortie } from "../api/types";
import { useWords } from "../i18n/words";
import { kmh, round, secondsSince, span } from "../lib/format";
import { ageNow, isFresh, linkNow } from "../live/age";
import { useRights } from "../session/session";
import { useSelection } from "../shell/selection";
import { DroneActions } from "./DroneActions";
import { LinkBadge } from "./LinkBadge";
import { isActive, modeKey } from "./sorties";
import styles from "./DroneCard.module.css";

interface Props {
  drone: ReceivedDrone;
  sortie: Sortie | undefined;
  nowMs: number;
}

export function DroneCard({ drone, sortie, nowMs }: Props) {
  const { t } = useTranslation();
  const rights = useRights();
  const chosen = useSelection((state) => state.drone) === drone.system_id;
  const choose = useSelection((state) => state.chooseDrone);
  const link = linkNow(drone, nowMs);
  const live = link.state === "live";

  return (
    <article
      className={styles.card}
      data-chosen={chosen}
      data-link={link.state}
      data-testid={`drone-${drone.system_id}`}
    >
      {/* The whole card chooses the drone; its buttons lie above this one. */}
      <button
        type="button"
        className={styles.cover}
        aria-pressed={chosen}
        aria-label={t("fleet.select", { name: drone.name })}
        onClick={() => choose(drone.system_id)}
      />
      <div className={styles.head}>
        <h3>{drone.name}</h3>
        <LinkBadge {...link} />
      </div>
      <p className={live ? styles.mode : `${styles.mode} stale`} data-testid="drone-mode">
        <Doing drone={drone} sortie={sortie} />
      </p>
      <dl className={styles.figures}>
        <Figure
          icon={IconBattery3}
          label={t("fleet.battery")}
          value={round(drone.battery?.remaining_percent)}
          unit={t("fleet.percent")}
          low={(drone.battery?.remaining_percent ?? 100) < 25}
          {...ageOf(drone.battery?.age_s, 10)}
        />
        <Figure
          icon={IconArrowBarUp}
          label={t("fleet.height")}
          value={round(drone.position?.alt_rel_m)}
          unit={t("fleet.metres")}
          {...ageOf(drone.position?.age_s, 2)}
        />
        <Figure
          icon={IconGauge}
          label={t("fleet.speed")}
          value={kmh(drone.velocity?.ground_speed_mps)}
          unit={t("fleet.kmh")}
          {...ageOf(drone.position?.age_s, 2)}
        />
      </dl>
      <SortieLine sortie={sortie} nowMs={nowMs} live={live} />
      {!drone.health.armable && live && drone.health.missing.length > 0 && (
        <p className={styles.trouble}>
          {t("fleet.notReady", { missing: drone.health.missing.join(", ") })}
        </p>
      )}
      {rights.fly && <DroneActions drone={drone} sortie={sortie} live={live} />}
    </article>
  );

  function ageOf(ageS: number | null | undefined, limitS: number) {
    return {
      fresh: isFresh(ageS, drone, nowMs, limitS),
      ageS: ageNow(ageS ?? null, drone.receivedAtMs, nowMs),
    };
  }
}

/** What it is doing. On the ground the flight mode is only the last one chosen, and would mislead. */
function Doing({ drone, sortie }: { drone: Drone; sortie: Sortie | undefined }) {
  const { t } = useTranslation();
  const words = useWords();
  if (drone.landed_state === "ON_GROUND") {
    return drone.armed ? t("fleet.groundArmed") : words("landed", "ON_GROUND");
  }
  const mission = sortie && isActive(sortie) ? drone.mission : null;
  return (
    <>
      {words("mode", modeKey(drone))}
      {drone.landed_state && <span> · {words("landed", drone.landed_state)}</span>}
      {mission && mission.total > 0 && <span> · {t("fleet.waypoint", { ...mission })}</span>}
    </>
  );
}

interface FigureProps {
  icon: Icon;
  label: string;
  value: string;
  unit: string;
  fresh: boolean;
  ageS: number | null;
  low?: boolean;
}

function Figure({ icon: Shape, label, value, unit, fresh, ageS, low = false }: FigureProps) {
  const { t } = useTranslation();
  return (
    <div title={label} className={styles.figure} data-low={low && fresh}>
      <dt>
        <Shape size={15} stroke={1.8} aria-label={label} />
      </dt>
      <dd className={fresh ? "" : "stale"}>
        <b>{value}</b> {unit}
        {!fresh && ageS !== null && (
          <span className={styles.age}>{t("fleet.age", { age: span(ageS) })}</span>
        )}
      </dd>
    </div>
  );
}

interface SortieProps {
  sortie: Sortie | undefined;
  nowMs: number;
  live: boolean;
}

function SortieLine({ sortie, nowMs, live }: SortieProps) {
  const { t } = useTranslation();
  const words = useWords();
  if (!sortie) return <p className={styles.sortie}>{t("fleet.noSortie")}</p>;
  const since =
    isActive(sortie) && sortie.airborne_at ? secondsSince(sortie.airborne_at, nowMs) : null;
  return (
    <p
      className={styles.sortie}
      data-live={live}
      data-state={sortie.state}
      data-testid="sortie-state"
    >
      <b>{words("sortie", sortie.state)}</b> {sortie.plan}
      {since !== null && <span> · {span(since)}</span>}
      {sortie.reason && <span className={styles.reason}>{sortie.reason}</span>}
    </p>
  );
}
