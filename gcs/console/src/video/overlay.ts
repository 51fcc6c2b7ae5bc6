/** Draws what was seen onto the picture it was seen in. */
import type { SceneUser } from "../api/types";

export type OverlayChoice = "all" | "flagged" | "off";

export interface OverlayText {
  cls: (cls: string) => string;
  speed: (kmh: number) => string;
  event: (event: string) => string;
}

export interface Area {
  width: number;
  height: number;
  /** Canvas pixels per CSS pixel. */
  scale: number;
}

/** On any picture, bright or dark: a light line over a dark one. Flagged users have the alert colour to themselves. */
const PLAIN = "#f2f6f9";
const FLAGGED = "#ff4d42";
const UNDER = "rgb(0 0 0 / 55%)";
/** Narrower plain boxes (CSS pixels) carry no label: it would hide their neighbours. */
const LABEL_FROM_PX = 44;

export function drawOverlay(
  context: CanvasRenderingContext2D,
  area: Area,
  users: readonly SceneUser[],
  choice: OverlayChoice,
  opacity: number,
  text: OverlayText,
): void {
  if (choice === "off") return;
  const shown = users.filter((user) => choice === "all" || user.flagged !== null);
  // Flagged users last, so that nothing covers them.
  shown.sort((a, b) => Number(a.flagged !== null) - Number(b.flagged !== null));
  context.save();
  context.globalAlpha = opacity;
  for (const user of shown) drawUser(context, area, user, text);
  context.restore();
}

function drawUser(
  context: CanvasRenderingContext2D,
  { width, height, scale }: Area,
  user: SceneUser,
  text: OverlayText,
): void {
  const flagged = user.flagged !== null;
  const [left, top, right, bottom] = user.box;
  const x = left * width;
  const y = top * height;
  const w = (right - left) * width;
  const h = (bottom - top) * height;
  const line = (flagged ? 2.5 : 1.5) * scale;

  // Dashed: the tracker coasts, nothing was detected in this very frame.
  context.setLineDash(user.observed ? [] : [5 * scale, 4 * scale]);
  context.strokeStyle = UNDER;
  context.lineWidth = line + 2 * scale;
  context.strokeRect(x, y, w, h);
  context.strokeStyle = flagged ? FLAGGED : PLAIN;
  context.lineWidth = line;
  context.strokeRect(x, y, w, h);
  context.setLineDash([]);

  if (!flagged && w < LABEL_FROM_PX * scale) return;
  const words = [text.cls(user.cls)];
  if (user.speed_kmh !== null) words.push(text.speed(Math.round(user.speed_kmh)));
  if (user.flagged) words.unshift(text.event(user.flagged));
  drawLabel(context, words.join("  "), { x, y, h, width, scale, flagged });
}

interface LabelPlace {
  x: number;
  y: number;
  h: number;
  width: number;
  scale: number;
  flagged: boolean;
}

function drawLabel(context: CanvasRenderingContext2D, words: string, place: LabelPlace): void {
  const { scale, flagged } = place;
  const size = (flagged ? 13 : 11) * scale;
  context.font = `${flagged ? 600 : 500} ${size}px Barlow, "Noto Sans CJK SC", "Microsoft YaHei", sans-serif`;
  const labelWidth = context.measureText(words).width + 10 * scale;
  const labelHeight = size + 7 * scale;
  const x = Math.max(0, Math.min(place.x - scale, place.width - labelWidth));
  // Above the box, or below it at the picture's upper edge.
  const above = place.y - labelHeight - scale;
  const y = above >= 0 ? above : place.y + place.h + scale;
  context.fillStyle = flagged ? "#c9302a" : "rgb(8 13 18 / 72%)";
  context.fillRect(x, y, labelWidth, labelHeight);
  context.fillStyle = "#ffffff";
  context.textBaseline = "middle";
  context.fillText(words, x + 5 * scale, y + labelHeight / 2 + 0.5 * scale);
}
