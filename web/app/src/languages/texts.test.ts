import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import en from './en';
import hr from './hr';
import { base, keysOf, means, scan } from './scan';

const src = join(import.meta.dirname, '..');
const sources = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((p) => /\.tsx?$/.test(p) && !/\.(test|gen)\.tsx?$/.test(p) && !p.startsWith('test'))
  .map((p) => scan(p, readFileSync(join(src, p), 'utf8')));
const uses = sources.flatMap((s) => s.uses);
const all = { en, hr } as Record<string, unknown>;

test('the scan sees the sources', () => {
  expect(uses.length).toBeGreaterThan(200);
  const seen = scan(
    'x.tsx',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text
    'const x = <p title="Loose title">Loose text {t("a.b")} {t(`a.${c}.d`)} {t(c ? "e" : "f")}</p>; const y = { header: "Loose" };',
  );
  expect(seen.uses.map((u) => u.key)).toEqual(['a.b', 'a.*.d', 'e', 'f']);
  expect(seen.loose).toHaveLength(3);
  expect(means('a.*.d', 'a.x.d')).toBe(true);
  expect(means('a.*.d', 'a.x.y.d')).toBe(false);
});

test('no text stands outside the language files', () => {
  expect(sources.flatMap((s) => s.loose)).toEqual([]);
});

test.each(Object.keys(all))('%s has every text that is used, and no other', (language) => {
  const keys = [...new Set(keysOf(all[language]).map(base))];
  expect(uses.filter((u) => !keys.some((k) => means(u.key, k))).map((u) => `${u.where}: ${u.key}`)).toEqual([]);
  expect(keys.filter((k) => !uses.some((u) => means(u.key, k)))).toEqual([]);
});

test('all languages have the same texts, with the same holes', () => {
  const [first, ...others] = Object.values(all);
  for (const other of others) {
    expect([...new Set(keysOf(other).map(base))].sort()).toEqual([...new Set(keysOf(first).map(base))].sort());
  }
  const holes = (text: string) => [...new Set([...text.matchAll(/\{\{(\w+)/g)].map((m) => m[1]))].sort().join();
  const at = (texts: unknown, key: string): string =>
    key.split('.').reduce<unknown>((o, k) => (o as Record<string, unknown>)[k], texts) as string;
  for (const key of keysOf(hr).filter((k) => base(k) === k))
    expect(`${key}: ${holes(at(hr, key))}`).toBe(`${key}: ${holes(at(en, key))}`);
});

test.each(Object.entries(all))('%s has every form of its plurals', (language, texts) => {
  const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
  const keys = keysOf(texts);
  const plurals = new Set(keys.filter((k) => base(k) !== k).map(base));
  expect(plurals.size).toBeGreaterThan(5);
  for (const p of plurals) {
    for (const form of forms) expect(keys).toContain(`${p}_${form}`);
  }
});
