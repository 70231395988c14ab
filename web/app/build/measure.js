// Fails where a browser would have to load more than 300 kB of packed script before the first screen stands: the entry with
// all it imports at once, the largest language, and the largest screen of all.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const most = 300_000;
const into = process.argv[2];
const manifest = JSON.parse(readFileSync(join(into, '.vite', 'manifest.json'), 'utf8'));

const sizes = new Map();
function size(file) {
  if (!sizes.has(file)) sizes.set(file, gzipSync(readFileSync(join(into, file)), { level: 9 }).length);
  return sizes.get(file);
}

function closure(key, found = new Set()) {
  if (found.has(key)) return found;
  found.add(key);
  for (const next of manifest[key].imports ?? []) closure(next, found);
  return found;
}

const entry = Object.keys(manifest).find((key) => manifest[key].isEntry);
const first = closure(entry);
const sum = (keys) => [...keys].reduce((total, key) => total + size(manifest[key].file), 0);
const later = Object.keys(manifest)
  .filter((key) => manifest[key].isDynamicEntry)
  .map((key) => ({ key, bytes: sum([...closure(key)].filter((k) => !first.has(k))) }));
const largest = (list) => list.reduce((a, b) => (b.bytes > a.bytes ? b : a), { key: 'none', bytes: 0 });
const languages = later.filter((l) => l.key.startsWith('src/languages/'));
const screens = later.filter((l) => !l.key.startsWith('src/languages/'));
const language = largest(languages);
const screen = largest(screens);
const total = sum(first) + language.bytes + screen.bytes;

console.log(
  `webapp: first load ${total} bytes of packed script of at most ${most}: entry ${sum(first)}, language ${language.bytes}, screen ${screen.bytes} (${screen.key}); ${screens.length} screens`,
);
if (languages.length < 2 || screens.length < 2) {
  console.error('webapp: languages and screens are not split');
  process.exit(1);
}
if (total > most) {
  console.error(`webapp: the first load is larger than ${most} bytes`);
  process.exit(1);
}
