/** The console's colours. Kept as data so that a test can hold them to WCAG AA and the map can use them too. */
export interface Tokens {
  /** Behind everything. */
  ground: string;
  /** Panels and cards. */
  panel: string;
  /** Controls and rows under the pointer. */
  raised: string;
  /** Hairlines between things. */
  line: string;
  /** Control outlines (3:1 against a panel). */
  edge: string;
  text: string;
  muted: string;
  /** Selection, links, the primary action. */
  accent: string;
  accentFill: string;
  live: string;
  warn: string;
  alert: string;
  alertFill: string;
  /** Text on accentFill and alertFill. */
  onFill: string;
  map: MapTokens;
}

export interface MapTokens {
  ground: string;
  driving: string;
  shoulder: string;
  bus: string;
  biking: string;
  sidewalk: string;
  parking: string;
  restricted: string;
  white: string;
  yellow: string;
  label: string;
  halo: string;
  route: string;
  fence: string;
  trail: string;
  user: string;
  cone: string;
}

export const DARK: Tokens = {
  ground: "#0a0f14",
  panel: "#10171e",
  raised: "#19232d",
  line: "#22303b",
  edge: "#5c7080",
  text: "#e8eef3",
  muted: "#9db0be",
  accent: "#5cb3ff",
  accentFill: "#1464b8",
  live: "#42d392",
  warn: "#f2b53a",
  alert: "#ff7066",
  alertFill: "#c9302a",
  onFill: "#ffffff",
  map: {
    ground: "#0d141a",
    driving: "#344350",
    shoulder: "#5a3a40",
    bus: "#5c4f2a",
    biking: "#245a47",
    sidewalk: "#212d36",
    parking: "#25324a",
    restricted: "#40284a",
    white: "#8b9aa6",
    yellow: "#c99a2e",
    label: "#c3d0da",
    halo: "#0d141a",
    route: "#5cb3ff",
    fence: "#f2b53a",
    trail: "#5cb3ff",
    user: "#dfe8ee",
    cone: "#5cb3ff",
  },
};

export const LIGHT: Tokens = {
  ground: "#e9eef2",
  panel: "#ffffff",
  raised: "#f1f5f8",
  line: "#d3dce3",
  edge: "#7c8d99",
  text: "#13202b",
  muted: "#4b5d6a",
  accent: "#0b5cad",
  accentFill: "#0f63b5",
  live: "#08704a",
  warn: "#8a5800",
  alert: "#bf231c",
  alertFill: "#c42a23",
  onFill: "#ffffff",
  map: {
    ground: "#eef2f0",
    driving: "#b9c4cc",
    shoulder: "#e3b9b4",
    bus: "#e6d79f",
    biking: "#a9d4c0",
    sidewalk: "#dbe1e3",
    parking: "#b9c8e6",
    restricted: "#d5bde0",
    white: "#ffffff",
    yellow: "#d18f00",
    label: "#2a3a46",
    halo: "#eef2f0",
    route: "#0b5cad",
    fence: "#a56a00",
    trail: "#0b5cad",
    user: "#17242e",
    cone: "#0b5cad",
  },
};
