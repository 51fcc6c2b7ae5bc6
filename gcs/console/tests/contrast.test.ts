import { describe, expect, test } from "vitest";
import { DARK, LIGHT, type Tokens } from "../src/theme/tokens";

/** WCAG 2.2 relative luminance of `#rrggbb`. */
function luminance(color: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const share = parseInt(color.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

describe.each([
  ["dark", DARK],
  ["light", LIGHT],
])("the %s theme", (_, tokens: Tokens) => {
  test("writes every text colour on every surface at 4.5:1 or better", () => {
    for (const text of ["text", "muted", "accent", "live", "warn", "alert"] as const) {
      for (const surface of ["ground", "panel", "raised"] as const) {
        expect(
          contrast(tokens[text], tokens[surface]),
          `${text} on ${surface}`,
        ).toBeGreaterThanOrEqual(4.5);
      }
    }
    expect(contrast(tokens.onFill, tokens.alertFill)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(tokens.onFill, tokens.accentFill)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(tokens.map.label, tokens.map.halo)).toBeGreaterThanOrEqual(4.5);
  });

  test("draws control outlines and map signs at 3:1 or better", () => {
    expect(contrast(tokens.edge, tokens.panel)).toBeGreaterThanOrEqual(3);
    for (const sign of ["route", "fence", "trail", "user"] as const) {
      expect(contrast(tokens.map[sign], tokens.map.ground), sign).toBeGreaterThanOrEqual(3);
    }
  });
});
