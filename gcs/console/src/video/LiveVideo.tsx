import { Tooltip } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { VideoStatus } from "../api/types";
import { useWords } from "../i18n/words";
import { span } from "../lib/format";
import { useNow } from "../lib/useNow";
import { useLive } from "../live/live";
import { useClient } from "../session/session";
import type { OverlayChoice } from "./overlay";
import { VideoPlayer, type PlayerStatus } from "./player";
import styles from "./LiveVideo.module.css";

/** Without a new picture for this long, the one on screen is no longer what happens now. */
const STALE_AFTER_MS = 2_000;

interface Props {
  systemId: number;
  name: string;
  overlay: OverlayChoice;
  status: VideoStatus;
}

export function LiveVideo({ systemId, name, overlay, status }: Props) {
  const { t } = useTranslation();
  const words = useWords();
  const client = useClient();
  const { scenes } = useLive();
  const stage = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const player = useRef<VideoPlayer>(null);
  const [shown, setShown] = useState<PlayerStatus | null>(null);
  const now = useNow(250);
  useFit(stage, canvas, (status.width ?? 16) / (status.height ?? 9));

  useEffect(() => {
    if (!canvas.current) return;
    const made = new VideoPlayer({
      canvas: canvas.current,
      socketUrl: client.socketUrl(`/api/drones/${systemId}/video/ws`),
      mjpegUrl: client.withToken(`/api/drones/${systemId}/video.mjpeg`),
      scenes: () => scenes.of(systemId),
      onStatus: setShown,
    });
    player.current = made;
    return () => made.stop();
  }, [client, scenes, systemId]);

  useEffect(() => {
    if (!player.current) return;
    player.current.overlay = overlay;
    player.current.text = {
      cls: (cls) => words("cls", cls),
      event: (event) => words("event", event),
      speed: (speed) => t("video.speed", { speed }),
    };
  }, [overlay, words, t, client, scenes, systemId]);

  const silentMs = shown?.shownAtMs ? now - shown.shownAtMs : null;
  const stale = silentMs !== null && silentMs > STALE_AFTER_MS;
  const ageMs = shown?.captureUs ? Math.max(0, now - shown.captureUs / 1000) : null;

  return (
    <div ref={stage} className={styles.stage} data-stale={stale}>
      <canvas
        ref={canvas}
        data-testid="video-canvas"
        data-frames="0"
        data-source={shown?.kind}
        role="img"
        aria-label={t("video.canvas", { name })}
      />
      {silentMs === null && <p className={styles.veil}>{t("video.waiting")}</p>}
      {stale && (
        <p className={styles.veil} role="alert" data-testid="video-stale">
          {t("video.stale", { age: span(silentMs / 1000) })}
        </p>
      )}
      {ageMs !== null && !stale && (
        <p className={styles.corner} data-testid="video-age">
          {shown?.kind === "mjpeg" ? (
            <Tooltip label={t("video.mjpegWhy")} multiline maw={300}>
              <span className={styles.fallback}>{t("video.mjpeg")}</span>
            </Tooltip>
          ) : (
            <span>{t("video.webcodecs")}</span>
          )}
          {ageMs < 10_000
            ? t("video.age", { ms: Math.round(ageMs / 10) * 10 })
            : t("video.ageSeconds", { age: span(ageMs / 1000) })}
        </p>
      )}
    </div>
  );
}

/** Keeps the canvas as large as its place allows, pixel for pixel. */
function useFit(
  stage: React.RefObject<HTMLDivElement | null>,
  canvas: React.RefObject<HTMLCanvasElement | null>,
  aspect: number,
): void {
  useEffect(() => {
    const place = stage.current;
    if (!place) return;
    const fit = () => {
      if (!canvas.current) return;
      const width = Math.min(place.clientWidth, place.clientHeight * aspect);
      const height = width / aspect;
      canvas.current.style.width = `${width}px`;
      canvas.current.style.height = `${height}px`;
      canvas.current.width = Math.round(width * devicePixelRatio);
      canvas.current.height = Math.round(height * devicePixelRatio);
    };
    const observer = new ResizeObserver(fit);
    observer.observe(place);
    return () => observer.disconnect();
  }, [stage, canvas, aspect]);
}
