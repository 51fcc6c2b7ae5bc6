import { notifications } from "@mantine/notifications";
import { useEffect, useRef } from "react";
import { useCommands, useDrones } from "../api/queries";
import { useWords } from "../i18n/words";
import { usePerson } from "../session/session";
import { toneOf, wordOf } from "./commandFate";

const COLORS = { waiting: "yellow", good: "teal", bad: "alert" } as const;

/** What a patrol does by itself all the time would only hide what matters; the tray has it. */
const QUIET = new Set(["gimbal", "point_gimbal", "point_gimbal_at", "start_video", "stop_video"]);

/** Follows each command this person gave until its fate is known: one toast, changed in place. */
export function CommandToasts() {
  const commands = useCommands();
  const drones = useDrones().data;
  const words = useWords();
  const { name } = usePerson();
  const shown = useRef(new Map<number, string>());

  useEffect(() => {
    for (const command of commands) {
      const word = wordOf(command);
      const before = shown.current.get(command.id);
      if (command.by !== name || QUIET.has(command.name) || before === word) continue;
      shown.current.set(command.id, word);
      const drone = drones?.find((each) => each.system_id === command.drone)?.name ?? command.drone;
      const fate = words("command.state", word);
      const tone = toneOf(command);
      const toast = {
        id: `command-${command.id}`,
        color: COLORS[tone],
        loading: tone === "waiting",
        title: `${drone}: ${words("command.name", command.name)}`,
        message: command.reason ? `${fate}: ${command.reason}` : fate,
        autoClose: tone === "bad" ? 12_000 : tone === "good" ? 4_000 : 20_000,
      };
      if (before === undefined) notifications.show(toast);
      else notifications.update(toast);
    }
  }, [commands, drones, name, words]);

  return null;
}
