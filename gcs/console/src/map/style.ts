/** The map's looks: our own sources only, no outside tiles, fonts or glyph servers. */
import type { ExpressionSpecification, LayerSpecification, StyleSpecification } from "maplibre-gl";
import type { Language } from "../api/types";
import type { MapTokens } from "../theme/tokens";
import { pixelsPerMetre } from "./geometry";

export const SOURCES = [
  "lanes",
  "marks",
  "names",
  "cone",
  "route",
  "fence",
  "trails",
  "users",
] as const;
export type SourceId = (typeof SOURCES)[number];

const FROM_ZOOM = 8;
const TO_ZOOM = 24;

/** A width or offset in ground metres, as pixels at every zoom, and never thinner than `least` pixels. */
function metres(
  value: ExpressionSpecification,
  latDeg: number,
  least = 0,
): ExpressionSpecification {
  const at = (zoom: number): ExpressionSpecification => [
    "+",
    least,
    ["*", value, pixelsPerMetre(latDeg, zoom)],
  ];
  return [
    "interpolate",
    ["exponential", 2],
    ["zoom"],
    FROM_ZOOM,
    at(FROM_ZOOM),
    TO_ZOOM,
    at(TO_ZOOM),
  ];
}

export function mapLayers(
  tokens: MapTokens,
  language: Language,
  latDeg: number,
): LayerSpecification[] {
  const laneColor: ExpressionSpecification = [
    "match",
    ["get", "lane_type"],
    "shoulder",
    tokens.shoulder,
    "bus",
    tokens.bus,
    "biking",
    tokens.biking,
    "sidewalk",
    tokens.sidewalk,
    "parking",
    tokens.parking,
    "restricted",
    tokens.restricted,
    tokens.driving,
  ];
  const markPaint = {
    "line-color": ["match", ["get", "color"], "yellow", tokens.yellow, tokens.white],
    "line-offset": metres(["get", "offset_m"], latDeg),
    "line-width": metres(["literal", 0.15] as unknown as ExpressionSpecification, latDeg, 0.3),
    "line-opacity": ["interpolate", ["linear"], ["zoom"], 15.5, 0, 16.5, 1],
  } satisfies Record<string, unknown>;

  return [
    { id: "ground", type: "background", paint: { "background-color": tokens.ground } },
    {
      id: "lanes",
      type: "line",
      source: "lanes",
      layout: { "line-cap": "butt", "line-join": "round" },
      paint: { "line-color": laneColor, "line-width": metres(["get", "width_m"], latDeg, 0.7) },
    },
    {
      id: "marks-solid",
      type: "line",
      source: "marks",
      minzoom: 15.5,
      filter: ["!", ["get", "dashed"]],
      paint: markPaint as never,
    },
    {
      id: "marks-dashed",
      type: "line",
      source: "marks",
      minzoom: 15.5,
      filter: ["get", "dashed"],
      // Six metres painted, nine left out, in units of the line's width.
      paint: { ...markPaint, "line-dasharray": [40, 60] } as never,
    },
    {
      id: "cone",
      type: "fill",
      source: "cone",
      paint: { "fill-color": tokens.cone, "fill-opacity": 0.14 },
    },
    {
      id: "fence",
      type: "line",
      source: "fence",
      paint: { "line-color": tokens.fence, "line-width": 1.5, "line-dasharray": [4, 3] },
    },
    {
      id: "route",
      type: "line",
      source: "route",
      layout: { "line-cap": "round", "line-join": "round" },
      paint: {
        "line-color": tokens.route,
        "line-width": 2,
        "line-opacity": 0.8,
        "line-dasharray": [1, 2],
      },
    },
    {
      id: "trails",
      type: "line",
      source: "trails",
      layout: { "line-cap": "round", "line-join": "round" },
      paint: { "line-color": tokens.trail, "line-width": 2.5, "line-opacity": 0.75 },
    },
    {
      id: "users",
      type: "circle",
      source: "users",
      paint: {
        "circle-color": ["case", ["get", "flagged"], tokens.fence, tokens.user],
        "circle-radius": [
          "interpolate",
          ["exponential", 1.6],
          ["zoom"],
          14,
          ["case", ["get", "flagged"], 4, 1.6],
          19,
          ["case", ["get", "flagged"], 9, 5.5],
        ],
        "circle-opacity": ["case", ["get", "observed"], 1, 0.5],
        "circle-stroke-color": tokens.ground,
        "circle-stroke-width": 1,
      },
    },
    {
      id: "names",
      type: "symbol",
      source: "names",
      minzoom: 13,
      layout: {
        "symbol-placement": "line",
        "symbol-spacing": 420,
        "text-field": ["get", language],
        // No glyph server: the browser draws these from its own fonts.
        "text-font": ["Barlow", "Noto Sans CJK SC", "Microsoft YaHei", "sans-serif"],
        "text-size": 12,
        "text-letter-spacing": language === "zh" ? 0.12 : 0.02,
      },
      paint: {
        "text-color": tokens.label,
        "text-halo-color": tokens.halo,
        "text-halo-width": 1.6,
      },
    },
  ];
}

export function mapStyle(
  tokens: MapTokens,
  language: Language,
  latDeg: number,
): StyleSpecification {
  const empty: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };
  return {
    version: 8,
    sources: Object.fromEntries(
      SOURCES.map((id) => [
        id,
        { type: "geojson", data: empty, ...(id === "marks" && { tolerance: 0.1 }) },
      ]),
    ),
    layers: mapLayers(tokens, language, latDeg),
  };
}
