import { ActionIcon, Tooltip } from "@mantine/core";
import { IconCurrentLocation, IconFocusCentered, IconMinus, IconPlus } from "@tabler/icons-react";
import type { Map as MapLibre } from "maplibre-gl";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import styles from "./MapTools.module.css";

interface Props {
  map: MapLibre;
  following: boolean;
  onFit: () => void;
  onFollow: (() => void) | undefined;
}

export function MapTools({ map, following, onFit, onFollow }: Props) {
  const { t } = useTranslation();
  return (
    <div className={styles.tools}>
      <Tool label={t("map.zoomIn")} onClick={() => map.zoomIn()} icon={<IconPlus size={18} />} />
      <Tool label={t("map.zoomOut")} onClick={() => map.zoomOut()} icon={<IconMinus size={18} />} />
      <Tool label={t("map.fit")} onClick={onFit} icon={<IconFocusCentered size={18} />} />
      <Tool
        label={t("map.follow")}
        onClick={onFollow}
        pressed={following}
        icon={<IconCurrentLocation size={18} />}
      />
    </div>
  );
}

interface ToolProps {
  label: string;
  icon: ReactNode;
  pressed?: boolean;
  onClick: (() => void) | undefined;
}

function Tool({ label, icon, pressed = false, onClick }: ToolProps) {
  return (
    <Tooltip label={label} position="right">
      <ActionIcon
        variant={pressed ? "filled" : "default"}
        size={32}
        aria-label={label}
        aria-pressed={pressed}
        disabled={!onClick}
        onClick={onClick}
      >
        {icon}
      </ActionIcon>
    </Tooltip>
  );
}
