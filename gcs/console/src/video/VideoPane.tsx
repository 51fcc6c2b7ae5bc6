import { ActionIcon, Button, SegmentedControl, Tooltip } from "@mantine/core";
import { IconArrowsExchange, IconVideoOff } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useCamera } from "../api/orders";
import { useDrones, useVideoStatus } from "../api/queries";
import { useErrorWords } from "../i18n/errors";
import { useRights } from "../session/session";
import { Empty } from "../shell/Empty";
import { PanelHead } from "../shell/PanelHead";
import { useSelection } from "../shell/selection";
import { LiveVideo } from "./LiveVideo";
import type { OverlayChoice } from "./overlay";
import styles from "./VideoPane.module.css";

export function VideoPane({ systemId }: { systemId: number | null }) {
  const { t } = useTranslation();
  const [overlay, setOverlay] = useState<OverlayChoice>("all");
  const swap = useSelection((state) => state.swap);
  const drone = useDrones().data?.find((each) => each.system_id === systemId);

  return (
    <section className={styles.pane} aria-label={t("video.title")}>
      <PanelHead title={drone?.name ?? t("video.title")}>
        <span className={styles.label}>{t("video.overlay")}</span>
        <SegmentedControl
          size="xs"
          aria-label={t("video.overlay")}
          value={overlay}
          onChange={(value) => setOverlay(value)}
          data={[
            { value: "all", label: t("video.all") },
            { value: "flagged", label: t("video.flagged") },
            { value: "off", label: t("video.offOverlay") },
          ]}
          data-testid="overlay-choice"
        />
        <Tooltip label={t("video.wide")}>
          <ActionIcon variant="subtle" color="gray" aria-label={t("video.wide")} onClick={swap}>
            <IconArrowsExchange size={18} />
          </ActionIcon>
        </Tooltip>
      </PanelHead>
      <div className={styles.stage}>
        {systemId === null ? (
          <Empty icon={<IconVideoOff size={28} stroke={1.3} />} title={t("video.none")} />
        ) : (
          <Stage systemId={systemId} name={drone?.name ?? `#${systemId}`} overlay={overlay} />
        )}
      </div>
    </section>
  );
}

function Stage({
  systemId,
  name,
  overlay,
}: {
  systemId: number;
  name: string;
  overlay: OverlayChoice;
}) {
  const { t } = useTranslation();
  const errorWords = useErrorWords();
  const rights = useRights();
  const camera = useCamera(systemId);
  const status = useVideoStatus(systemId);
  if (status.isError && !status.data) return <Empty title={errorWords(status.error)} />;
  if (!status.data) return <Empty title={t("video.waiting")} />;
  if (status.data.state === "off") {
    return (
      <Empty
        icon={<IconVideoOff size={28} stroke={1.3} />}
        title={t("video.off")}
        next={t("video.offNext")}
      >
        {rights.fly && (
          <Button
            size="xs"
            variant="default"
            loading={camera.isPending}
            onClick={() => camera.mutate(true)}
            data-testid="camera-on"
          >
            {t("video.turnOn")}
          </Button>
        )}
        {camera.error && <p role="alert">{errorWords(camera.error)}</p>}
      </Empty>
    );
  }
  return <LiveVideo systemId={systemId} name={name} overlay={overlay} status={status.data} />;
}
