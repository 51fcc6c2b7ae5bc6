import { Button, Tooltip } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconHome, IconPlayerPause, IconPlayerPlay, IconPlaneDeparture } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type ReceivedDrone } from "../api/queries";
import { useCommand, useReturnSortie } from "../api/orders";
import type { Sortie } from "../api/types";
import { useErrorWords } from "../i18n/errors";
import { isActive, offersFor } from "./sorties";
import { StartPatrol } from "./StartPatrol";
import styles from "./DroneActions.module.css";

interface Props {
  drone: ReceivedDrone;
  sortie: Sortie | undefined;
  live: boolean;
}

export function DroneActions({ drone, sortie, live }: Props) {
  const { t } = useTranslation();
  const errorWords = useErrorWords();
  const [starting, setStarting] = useState(false);
  const command = useCommand(drone.system_id);
  const returnSortie = useReturnSortie();
  const offers = offersFor(drone, sortie);

  const tell = (name: "hold" | "resume" | "return") => (error: Error) =>
    notifications.show({
      color: "alert",
      title: t("command.failed", { name: t(`command.name.${name}`) }),
      message: errorWords(error),
      autoClose: 12_000,
    });

  const give = (name: "hold" | "resume" | "return") => {
    if (name === "return" && sortie && isActive(sortie)) {
      returnSortie.mutate(sortie.id, { onError: tell(name) });
    } else {
      command.mutate(name, { onError: tell(name) });
    }
  };

  const notReady = !live
    ? t("fleet.startDisabledLost")
    : !drone.health.armable
      ? t("fleet.startDisabledReady")
      : null;

  return (
    <div className={styles.actions}>
      {offers.start && (
        <Tooltip label={notReady} disabled={!notReady}>
          <Button
            size="xs"
            leftSection={<IconPlaneDeparture size={16} />}
            disabled={notReady !== null}
            onClick={() => setStarting(true)}
            data-testid={`start-patrol-${drone.system_id}`}
          >
            {t("fleet.start")}
          </Button>
        </Tooltip>
      )}
      {offers.hold && (
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPlayerPause size={16} />}
          loading={command.isPending && command.variables === "hold"}
          onClick={() => give("hold")}
          data-testid={`hold-${drone.system_id}`}
        >
          {t("fleet.hold")}
        </Button>
      )}
      {offers.resume && (
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPlayerPlay size={16} />}
          loading={command.isPending && command.variables === "resume"}
          onClick={() => give("resume")}
          data-testid={`resume-${drone.system_id}`}
        >
          {t("fleet.resume")}
        </Button>
      )}
      {offers.return && (
        <Button
          size="xs"
          variant="default"
          leftSection={<IconHome size={16} />}
          loading={returnSortie.isPending || (command.isPending && command.variables === "return")}
          onClick={() => give("return")}
          data-testid={`return-${drone.system_id}`}
        >
          {t("fleet.return")}
        </Button>
      )}
      {starting && <StartPatrol drone={drone} onClose={() => setStarting(false)} />}
    </div>
  );
}
