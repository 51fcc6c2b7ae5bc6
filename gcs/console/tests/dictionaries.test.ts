import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import en from "../src/i18n/en.json";
import zh from "../src/i18n/zh.json";

type Entries = Map<string, string>;

function flatten(tree: object, prefix = "", found: Entries = new Map()): Entries {
  for (const [name, value] of Object.entries(tree) as [string, object | string][]) {
    if (typeof value === "string") found.set(prefix + name, value);
    else flatten(value, `${prefix}${name}.`, found);
  }
  return found;
}

const placeholders = (text: string): string[] =>
  [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1] ?? "").sort();

const english = flatten(en);
const chinese = flatten(zh);

const SOURCE = join(import.meta.dirname, "../src");
const sources = readdirSync(SOURCE, { recursive: true, encoding: "utf8" })
  .filter((name) => /\.tsx?$/.test(name) && !name.endsWith(".d.ts"))
  .map((name) => ({ name, text: readFileSync(join(SOURCE, name), "utf8") }));

/** Attributes a person reads or hears. */
const READ = new Set(["label", "title", "placeholder", "aria-label", "alt", "description", "next"]);

/** Words (a lone letter is a key to press) for people, written into a component instead of the dictionaries. */
function literalText(name: string, text: string): string[] {
  const found: string[] = [];
  const file = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX);
  const note = (node: ts.Node) => {
    const { line } = file.getLineAndCharacterOfPosition(node.getStart());
    found.push(`${name}:${line + 1} ${node.getText().trim()}`);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isJsxText(node) && /\p{L}{2}/u.test(node.text)) note(node);
    if (
      ts.isJsxAttribute(node) &&
      READ.has(node.name.getText()) &&
      node.initializer &&
      ts.isStringLiteral(node.initializer)
    ) {
      note(node);
    }
    if (ts.isStringLiteralLike(node) && /\p{Script=Han}/u.test(node.text)) note(node);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

describe("the dictionaries", () => {
  test("have the same keys in both languages", () => {
    expect([...chinese.keys()].sort()).toEqual([...english.keys()].sort());
  });

  test("fill in the same values in both languages", () => {
    for (const [key, text] of english) {
      expect(placeholders(chinese.get(key) ?? ""), key).toEqual(placeholders(text));
    }
  });

  test("leave nothing empty, and nothing untranslated but names", () => {
    for (const [key, text] of chinese) expect(text.trim(), key).not.toBe("");
    const same = [...english].filter(
      ([key, text]) =>
        chinese.get(key) === text && /[a-z]{4}/i.test(text.replace(/\{\{\w+\}\}/g, "")),
    );
    expect(same.map(([key]) => key).sort()).toEqual(["app.name", "language.en", "video.mjpeg"]);
  });
});

test("components carry no text of their own", () => {
  expect(sources.length).toBeGreaterThan(50);
  expect(sources.flatMap(({ name, text }) => literalText(name, text))).toEqual([]);
});

test("text written into a component would be found", () => {
  expect(literalText("x.tsx", `const a = <p title="Hello">Drone {n}</p>;`)).toHaveLength(2);
  expect(literalText("x.tsx", `const a = "返航";`)).toHaveLength(1);
});
