import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const src = join(import.meta.dirname, '..');
const document = JSON.parse(readFileSync(join(src, '../../../docs/openapi.json'), 'utf8'));
const text = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((p) => /\.tsx?$/.test(p) && !/\.(test|gen)\.tsx?$/.test(p) && !p.startsWith('test'))
  .map((p) => readFileSync(join(src, p), 'utf8'))
  .join('\n');

const filled = text.replace(/\$\{[^}]*\}/g, '*');

/** What no screen calls, and why nobody misses it. */
const without: Record<string, string> = {
  'get-health': 'for what watches the server',
  'get-person': 'the list has everything of a person',
  'get-refresh': 'the list has everything of a refresh',
  'delete-connection': 'remove-connection says what becomes of its exports',
  'duplicate-segment': 'the form of a new segment is filled with it, so that one can change it before it is saved',
};

/** Calls that are put together; `*` stands for what is put in. */
const together: Record<string, string> = {
  'cancel-run': '/api/v1/runs/{id}/*',
  'release-run': '/api/v1/runs/{id}/*',
  'refuse-run': '/api/v1/runs/{id}/*',
  'give-up-run': '/api/v1/runs/{id}/*',
  'watch-run': '/api/v1/runs/*/events',
  'download-rejects': '/api/v1/runs/*/rejects.csv',
  'download-quarantine': '/api/v1/sources/*/quarantine.csv',
  'download-audit': '/api/v1/audit.ndjson',
  'put-upload': '/api/v1/uploads/*',
};

test('everything that the API can do has its place on a screen', () => {
  const lacking: string[] = [];
  const seen = new Set<string>();
  for (const [path, methods] of Object.entries<Record<string, { operationId: string }>>(document.paths)) {
    for (const [method, { operationId: id }] of Object.entries(methods)) {
      seen.add(id);
      const call = new RegExp(`api\\.${method.toUpperCase()}\\([^;]*?'${path.replace(/[{}.]/g, '\\$&')}'`);
      const called = together[id] ? filled.includes(together[id]) : call.test(text);
      if (called === Object.hasOwn(without, id)) lacking.push(id);
    }
  }
  expect(lacking).toEqual([]);
  expect([...Object.keys(without), ...Object.keys(together)].filter((id) => !seen.has(id))).toEqual([]);
});
