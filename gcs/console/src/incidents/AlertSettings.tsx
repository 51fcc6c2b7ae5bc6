import { ActionIcon, Tooltip } from "@mantine/core";
import { IconBell, IconBellRinging, IconVolume, IconVolumeOff } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useAlertChoices } from "./alerts";

export function AlertSettings() {
  const { t } = useTranslation();
  const { sound, toggleSound } = useAlertChoices();
  const label = sound ? t("header.soundOn") : t("header.soundOff");
  return (
    <>
      <Tooltip label={label}>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="md"
          aria-label={label}
          aria-pressed={sound}
          onClick={toggleSound}
        >
          {sound ? <IconVolume size={18} /> : <IconVolumeOff size={18} />}
        </ActionIcon>
      </Tooltip>
      <DesktopAlerts />
    </>
  );
}

function DesktopAlerts() {
  const { t } = useTranslation();
  const [permission, setPermission] = useState(() =>
    "Notification" in window ? Notification.permission : "denied",
  );
  const label =
    permission === "granted"
      ? t("header.notifyOn")
      : permission === "denied"
        ? t("header.notifyDenied")
        : t("header.notify");
  const ask = () => {
    if (permission === "default") void Notification.requestPermission().then(setPermission);
  };
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="md"
        aria-label={label}
        aria-disabled={permission !== "default"}
        onClick={ask}
      >
        {permission === "granted" ? <IconBellRinging size={18} /> : <IconBell size={18} />}
      </ActionIcon>
    </Tooltip>
  );
}
