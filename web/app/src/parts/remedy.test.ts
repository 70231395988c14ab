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

test('no remedy of the server shows a command on a screen', () => {
  const server = join(import.meta.dirname, '../../../../internal');
  const own = /^(app|notify\/words|sandbox)/; // what is printed by a command, or mailed
  const texts = readdirSync(server, { recursive: true, encoding: 'utf8' })
    .filter((p) => p.endsWith('.go') && !p.endsWith('_test.go') && !own.test(p))
    .flatMap(
      (p) => readFileSync(join(server, p), 'utf8').match(/"(?:[^"\\\n]|\\.)*\bsegue [a-z](?:[^"\\\n]|\\.)*"/g) ?? [],
    )
    .map((text) => text.slice(1, -1).replaceAll('\\"', '"'))
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
