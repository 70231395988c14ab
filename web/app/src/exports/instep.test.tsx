import { screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import type { Api } from '../api/client';
import { show } from '../test/render';
import { moved, useBehindWords } from './instep';

// The compiler tells when the server has a reason more.
const codes: Record<Api['OutOfStepReason']['code'], [en: string, hr: string]> = {
  never_run: ['It has not run yet.', 'Još nije pokrenut.'],
  last_run_failed: ['Its last run failed.', 'Zadnje pokretanje nije uspjelo.'],
  last_run_canceled: ['Its last run was canceled.', 'Zadnje je pokretanje otkazano.'],
  definition_changed: ['It was changed after its last run.', 'Izvoz je promijenjen nakon zadnjeg pokretanja.'],
  segment_changed: [
    'The segments A and B were changed after its last run.',
    'Segmenti A i B promijenjeni su nakon zadnjeg pokretanja.',
  ],
  data_newer: [
    'The members of the segments A and B were evaluated after its last run.',
    'Članovi segmenata A i B izračunani su nakon zadnjeg pokretanja.',
  ],
};

const segments = [
  { id: 'a', name: 'A' },
  { id: 'b', name: 'B' },
];
const because = (...reasons: object[]) =>
  ({ status: 'successful', out_of_step: { reasons } }) as unknown as Api['Export'];

function Why({ value }: { value: Api['Export'] }) {
  return <p>{useBehindWords().why(value)}</p>;
}

test.each(['en', 'hr'] as const)('every reason has words in %s', async (language) => {
  const all = Object.keys(codes).map((code) => ({ code, segments }));
  await show(<Why value={because(...all)} />, language);
  expect(
    screen.getByText(
      Object.values(codes)
        .map(([en, hr]) => (language === 'en' ? en : hr))
        .join(' '),
    ),
  ).toBeTruthy();
});

test('the mark says what the status does not', () => {
  expect(moved(because({ code: 'last_run_failed' }))).toBe(false);
  expect(moved(because({ code: 'last_run_failed' }, { code: 'segment_changed' }))).toBe(true);
  expect(moved({ ...because({ code: 'segment_changed' }), status: 'running' })).toBe(false);
});
