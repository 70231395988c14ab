import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { onScreen } from './remedy';

test('a remedy names the page where the command is for the command line', () => {
  expect(onScreen('Ingest it first: segue source ingest')).toEqual({
    said: 'Ingest it first',
    place: { to: '/sources', id: 'sources' },
  });
  expect(onScreen('See its rows: segue profile unify clusters --profile').place?.to).toBe('/profile/unification');
  expect(onScreen('Reconcile it: segue export reconcile, segue run decide; then run again').said).toBe(
    'Reconcile it; then run again',
  );
  expect(onScreen('Go to the list 1 again (segue export reconcile, segue run decide), then on').said).toBe(
    'Go to the list 1 again, then on',
  );
  expect(onScreen('Leave it out, or take it over: --take-attributes CITY')).toEqual({
    said: 'Leave it out, or take it over',
    place: undefined,
  });
});

test('of what is about a command alone only the page is left, and what names none stays as it is', () => {
  expect(onScreen('segue profile show lists the fields')).toEqual({
    said: '',
    place: { to: '/profile', id: 'profiles' },
  });
  expect(onScreen('Look at its columns with segue source preview, and name one of them').said).toBe('');
  for (const remedy of ['', 'Try again later', 'Start the server with --webhook-private if that is meant'])
    expect(onScreen(remedy)).toEqual({ said: remedy });
});

test('names of files, parameters and other programs are left out', () => {
  expect(onScreen('Write one SELECT (docs/sql.md)')).toEqual({ said: 'Write one SELECT' });
  expect(onScreen('The operations are described in docs/openapi.json').said).toBe('');
  expect(onScreen('Write one object a line (NDJSON): jq -c .').said).toBe('Write one object a line (NDJSON)');
  expect(onScreen('Take it over (force), or let it shrink more (max_shrink)').said).toBe(
    'Take it over, or let it shrink more',
  );
  for (const said of ['Take 587 (with starttls)', 'Look at it (see the log)']) expect(onScreen(said)).toEqual({ said });
});

const server = join(import.meta.dirname, '../../../../internal');

/** All texts of the server; not what is printed by a command, mailed, or described for programs, nor what keeps its own rules. */
function textsOf(own: RegExp): string[] {
  return readdirSync(server, { recursive: true, encoding: 'utf8' })
    .filter((p) => p.endsWith('.go') && !p.endsWith('_test.go') && !own.test(p))
    .flatMap(
      (p) =>
        readFileSync(join(server, p), 'utf8')
          .replace(/^\s*\/\/.*$/gm, '')
          .match(/"(?:[^"\\\n]|\\.)*"/g) ?? [],
    )
    .map((text) => text.slice(1, -1).replaceAll('\\"', '"'));
}

test('no remedy of the server names a file to read, a parameter or another program on a screen', () => {
  const foreign = /\bdocs\/|\w\.md\b|\bjq -| \((?:force|timeout|ca|[a-z]+_[a-z_]+)\)/;
  const texts = textsOf(/^(app|arch|notify\/words|sandbox|brevosandbox)/).filter((text) => foreign.test(text));
  expect(texts.length).toBeGreaterThan(6);
  expect(texts.filter((text) => foreign.test(onScreen(text).said))).toEqual([]);
});

test('no remedy of the server shows a command on a screen', () => {
  const texts = textsOf(/^(app|notify\/words|sandbox)/)
    .filter((text) => /\bsegue [a-z]/.test(text))
    .filter(
      (text) =>
        !text.startsWith('Is segue already running?') &&
        !/^segue [a-z]+ [a-z-]+$/.test(text) &&
        !text.includes('dbname=segue'),
    );
  expect(texts.length).toBeGreaterThan(25);
  const shown = texts.map((text) => [text, onScreen(text)] as const);
  expect(shown.filter(([, { place }]) => !place).map(([text]) => text)).toEqual([]);
  expect(shown.filter(([, { said }]) => said.includes('segue ')).map(([text]) => text)).toEqual([]);
});
