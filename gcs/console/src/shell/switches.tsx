import { ActionIcon, SegmentedControl, Tooltip, useMantineColorScheme } from "@mantine/core";
import { IconMoon, IconSun } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { setLanguage } from "../i18n/i18n";
import { useLanguage } from "../i18n/words";

export function LanguageSwitch() {
  const { t } = useTranslation();
  return (
    <SegmentedControl
      size="xs"
      aria-label={t("language.label")}
      data-testid="language-switch"
      value={useLanguage()}
      onChange={(value) => setLanguage(value)}
      data={[
        { value: "zh", label: t("language.zh") },
        { value: "en", label: t("language.en") },
      ]}
    />
  );
}

export function ThemeSwitch() {
  const { t } = useTranslation();
  const { colorScheme, toggleColorScheme } = useMantineColorScheme();
  const label = colorScheme === "dark" ? t("theme.toLight") : t("theme.toDark");
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="md"
        aria-label={label}
        onClick={toggleColorScheme}
        data-testid="theme-switch"
      >
        {colorScheme === "dark" ? <IconSun size={18} /> : <IconMoon size={18} />}
      </ActionIcon>
    </Tooltip>
  );
}
