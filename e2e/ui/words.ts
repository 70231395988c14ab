import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const source = join(import.meta.dirname, '../../web/app/src');

/** The words of the application in a language, by their keys; {{holes}} are filled with what is given. */
export function words(language: string) {
  const all = Object.fromEntries(
    readdirSync(source, { withFileTypes: true })
      .filter((d) => d.isDirectory() && readdirSync(join(source, d.name)).includes(`${language}.json`))
      .map((d) => [d.name, JSON.parse(readFileSync(join(source, d.name, `${language}.json`), 'utf8')) as unknown]),
  );
  return (key: string, holes: Record<string, string | number> = {}): string => {
    const text = key.split('.').reduce<unknown>((o, k) => (o as Record<string, unknown> | undefined)?.[k], all);
    if (typeof text !== 'string') throw new Error(`there is no text ${key}`);
    return text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(holes[name] ?? ''));
  };
}
