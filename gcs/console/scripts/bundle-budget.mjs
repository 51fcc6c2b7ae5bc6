// Fails the build when the first load outgrows its budget (kilobytes after gzip).
import { readFileSync, readdirSync } from "node:fs";
import { gzipSync } from "node:zlib";

const BUDGET_KB = {
  index: 60,
  vendor: 220,
  "rolldown-runtime": 2,
  // Loaded after the first screen stands.
  MapView: 12,
  maplibre: 320,
  "maplibre-gl-worker": 170,
};

const assets = new URL("../dist/assets/", import.meta.url);
let over = false;
for (const file of readdirSync(assets).filter((name) => /\.m?js$/.test(name))) {
  const name = file.replace(/-[\w-]{8}\.m?js$/, "");
  const size = gzipSync(readFileSync(new URL(file, assets))).length / 1000;
  const budget = BUDGET_KB[name];
  const verdict = budget === undefined ? "no budget" : size > budget ? "OVER" : "ok";
  over ||= verdict !== "ok";
  console.log(`${file}: ${size.toFixed(0)} kB gzip of ${budget ?? "-"} (${verdict})`);
}
if (over) {
  console.error("A chunk is over its budget, or has none: see scripts/bundle-budget.mjs");
  process.exit(1);
}
