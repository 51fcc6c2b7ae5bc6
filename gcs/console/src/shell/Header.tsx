import { Badge, Button, Menu, Tooltip } from "@mantine/core";
import { IconChevronDown, IconLogout, IconUser } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useHealth } from "../api/queries";
import { useWords } from "../i18n/words";
import { AlertSettings } from "../incidents/AlertSettings";
import { useLive } from "../live/live";
import { usePerson } from "../session/session";
import { useSession } from "../session/store";
import { Brand } from "./Brand";
import { CommandTray } from "./CommandTray";
import { LanguageSwitch, ThemeSwitch } from "./switches";
import styles from "./Header.module.css";

export function Header() {
  return (
    <header className={styles.header}>
      <Brand />
      <Connection />
      <Troubles />
      <div className={styles.tools}>
        <CommandTray />
        <AlertSettings />
        <ThemeSwitch />
        <LanguageSwitch />
        <Account />
      </div>
    </header>
  );
}

function Connection() {
  const { t } = useTranslation();
  const { state } = useLive();
  return (
    <span className={styles.connection} data-state={state} data-testid="connection-state">
      {t(`header.${state}`)}
    </span>
  );
}

/** The parts of the service that are not well, in words. Nothing while all is well. */
function Troubles() {
  const { t } = useTranslation();
  const words = useWords();
  const health = useHealth();
  if (health.isError)
    return (
      <Badge color="alert" radius="sm">
        {t("header.healthUnknown")}
      </Badge>
    );
  const parts = Object.entries(health.data?.parts ?? {}).filter(([, part]) => part.state !== "ok");
  return (
    <div className={styles.troubles} role="status" aria-label={t("header.health")}>
      {parts.map(([name, part]) => (
        <Tooltip
          key={name}
          label={part.detail || words("partState", part.state)}
          multiline
          maw={420}
        >
          <span className={styles.trouble} tabIndex={0} data-testid={`health-${name}`}>
            <b>{words("part", name.split(" ")[0] ?? name)}</b>
            <span className={styles.detail}>{part.detail || words("partState", part.state)}</span>
          </span>
        </Tooltip>
      ))}
    </div>
  );
}

function Account() {
  const { t } = useTranslation();
  const words = useWords();
  const person = usePerson();
  const signOut = useSession((state) => state.signOut);
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <Button
          variant="subtle"
          color="gray"
          size="xs"
          leftSection={<IconUser size={16} />}
          rightSection={<IconChevronDown size={14} />}
          aria-label={t("header.account")}
          data-testid="account"
        >
          {person.name}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{person.roles.map((role) => words("role", role)).join(", ")}</Menu.Label>
        <Menu.Item
          leftSection={<IconLogout size={16} />}
          onClick={() => signOut()}
          data-testid="sign-out"
        >
          {t("header.signOut")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
