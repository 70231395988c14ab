import { screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import type { Api } from '../api/client';
import type { Language } from '../languages/languages';
import { answers, showPages } from '../test/page';
import { OnlyByHand, When } from './When';

async function told(schedule: Api['ExportSchedule'], on: boolean, language?: Language) {
  answers({ 'GET /refresh-schedule': { on, version: 1 } });
  const page = (
    <>
      <p data-testid="when">
        <When schedule={schedule} />
      </p>
      <OnlyByHand schedule={schedule} />
    </>
  );
  await showPages([{ path: '/', component: () => page }], '/', language);
}

test('an export that waits for scheduled refreshes says that none is, and where to schedule one', async () => {
  await told({ mode: 'with_refresh' }, false);
  const link = await screen.findByRole('link', { name: 'no refresh is scheduled' });
  expect(link.getAttribute('href')).toBe('/schedule');
  expect(screen.getByTestId('when').textContent).toBe('Only when somebody runs it; no refresh is scheduled');
  expect(screen.getByText(/it runs only when somebody runs it/)).toBeTruthy();
});

test('so it does in Croatian', async () => {
  await told({}, false, 'hr');
  await screen.findByRole('link', { name: 'osvježavanje nije zakazano' });
  expect(screen.getByTestId('when').textContent).toBe('Samo kad ga netko pokrene; osvježavanje nije zakazano');
});

test('where a refresh is scheduled, or the export does not wait for it, nothing is said of it', async () => {
  await told({ mode: 'with_refresh' }, true);
  expect((await screen.findByTestId('when')).textContent).toBe('With every scheduled refresh');
  await told({ mode: 'on_demand' }, false);
  expect(screen.queryByRole('link')).toBeNull();
});
