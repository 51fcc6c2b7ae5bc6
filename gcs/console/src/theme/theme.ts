import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from "@mantine/core";
import { DARK, LIGHT, type Tokens } from "./tokens";

const accent: MantineColorsTuple = [
  "#e7f3ff", "#cfe5fb", "#9fcbf6", "#6cb0f1", "#449aed", "#2f8be0", "#1464b8", "#1464b8", "#0f4f94", "#083a6f",
]; // prettier-ignore
const alert: MantineColorsTuple = [
  "#ffeae8", "#ffd3cf", "#f9a59f", "#f3756c", "#ee4d42", "#e0392f", "#c9302a", "#c42a23", "#a31f19", "#7d1611",
]; // prettier-ignore

/** Mantine's neutral greys, bent towards the console's own slate. */
const dark: MantineColorsTuple = [
  "#e8eef3", "#b9c7d2", "#9db0be", "#6d8191", "#3d4e5b", "#2c3a46", "#19232d", "#10171e", "#0b1117", "#070b0f",
]; // prettier-ignore
const gray: MantineColorsTuple = [
  "#f6f9fb", "#eef3f6", "#e3eaef", "#d3dce3", "#c1cdd6", "#9fb0bd", "#6b7d8a", "#4b5d6a", "#34444f", "#1d2a34",
]; // prettier-ignore

const FONT =
  '"Barlow", "PingFang SC", "HarmonyOS Sans SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", system-ui, sans-serif';

export const theme = createTheme({
  colors: { accent, alert, dark, gray },
  primaryColor: "accent",
  primaryShade: 6,
  defaultRadius: 4,
  fontFamily: FONT,
  headings: { fontFamily: FONT, fontWeight: "600" },
  fontSizes: { xs: "0.75rem", sm: "0.8125rem", md: "0.875rem", lg: "1rem", xl: "1.125rem" },
  cursorType: "pointer",
  focusRing: "auto",
});

function variables(tokens: Tokens): Record<string, string> {
  return {
    "--ground": tokens.ground,
    "--panel": tokens.panel,
    "--raised": tokens.raised,
    "--line": tokens.line,
    "--edge": tokens.edge,
    "--text": tokens.text,
    "--muted": tokens.muted,
    "--accent": tokens.accent,
    "--accent-fill": tokens.accentFill,
    "--live": tokens.live,
    "--warn": tokens.warn,
    "--alert": tokens.alert,
    "--alert-fill": tokens.alertFill,
    "--on-fill": tokens.onFill,
    "--lane-driving": tokens.map.driving,
    "--lane-shoulder": tokens.map.shoulder,
    "--lane-bus": tokens.map.bus,
    "--lane-biking": tokens.map.biking,
    "--lane-sidewalk": tokens.map.sidewalk,
    "--lane-parking": tokens.map.parking,
    "--lane-restricted": tokens.map.restricted,
    "--mantine-color-body": tokens.panel,
    "--mantine-color-text": tokens.text,
    "--mantine-color-dimmed": tokens.muted,
    "--mantine-color-anchor": tokens.accent,
    "--mantine-color-default": tokens.raised,
    "--mantine-color-default-hover": tokens.line,
    "--mantine-color-default-color": tokens.text,
    "--mantine-color-default-border": tokens.edge,
    "--mantine-color-error": tokens.alert,
    "--mantine-color-placeholder": tokens.muted,
  };
}

export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  dark: variables(DARK),
  light: variables(LIGHT),
});
