import { ActionIcon, Popover, Tooltip } from "@mantine/core";
import { IconListDetails } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useCommands, useDrones } from "../api/queries";
import { useWords } from "../i18n/words";
import { clock } from "../lib/format";
import { toneOf, wordOf } from "./commandFate";
import styles from "./CommandTray.module.css";

/** What was asked of the drones, by whom, and what came of it. */
export function CommandTray() {
  const { t } = useTranslation();
  const words = useWords();
  const [open, setOpen] = useState(false);
  const commands = useCommands();
  const drones = useDrones().data ?? [];
  const nameOf = (id: number) => drones.find((drone) => drone.system_id === id)?.name ?? `#${id}`;

  return (
    <Popover
      opened={open}
      onChange={setOpen}
      position="bottom-end"
      width={380}
      shadow="md"
      trapFocus
    >
      <Popover.Target>
        <Tooltip label={t("header.commands")}>
          <ActionIcon
            variant="subtle"
            color="gray"
            size="md"
            aria-label={t("header.commands")}
            aria-expanded={open}
            onClick={() => setOpen(!open)}
            data-testid="command-tray"
          >
            <IconListDetails size={18} />
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown p={0}>
        <h2 className={styles.title}>{t("command.title")}</h2>
        {commands.length === 0 && <p className={styles.empty}>{t("command.empty")}</p>}
        <ol className={styles.list}>
          {commands.slice(0, 30).map((command) => (
            <li key={command.id} className={styles.row}>
              <time>{clock(command.created_at)}</time>
              <span>
                {nameOf(command.drone)} <b>{words("command.name", command.name)}</b>
                <span className={styles.by}> {words("who", command.by)}</span>
                {command.reason && <span className={styles.reason}>{command.reason}</span>}
              </span>
              <span className={styles.fate} data-tone={toneOf(command)}>
                {words("command.state", wordOf(command))}
              </span>
            </li>
          ))}
        </ol>
      </Popover.Dropdown>
    </Popover>
  );
}
