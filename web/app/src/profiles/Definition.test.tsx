import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { answers, showPages } from '../test/page';
import DefinitionPage from './Definition';

const definition = {
  source_id: 's1',
  key: 'id',
  fields: [{ column: 'id', name: 'id', type: 'text' }],
  version: 3,
};

const opened = (over: object = {}) => {
  const asked = answers({
    'GET /session': { person: { role: 'administrator' } },
    'GET /profile': definition,
    'PUT /profile': { ...definition, version: 4 },
    'GET /sources': {
      items: [
        { id: 's1', name: 'Customers', ingest: { rows: 2, quarantined: 0, columns: [{ name: 'id', type: 'text' }] } },
      ],
    },
    ...over,
  });
  const shown = showPages([{ path: '/profile', component: DefinitionPage }], '/profile');
  return { asked, shown };
};

test('what was saved is said below the form, with the focus and the next step', async () => {
  const { asked } = opened();
  const save = await screen.findByRole('button', { name: 'Save' });
  await userEvent.click(save);
  const said = await screen.findByText('Saved. The profiles change with the next build.');
  const form = screen.getByRole('button', { name: 'Save' });
  expect(form.compareDocumentPosition(said) & Node.DOCUMENT_POSITION_FOLLOWING).toBeTruthy();
  await waitFor(() => expect(document.activeElement?.contains(said)).toBe(true));
  expect(document.activeElement).not.toBe(document.body);
  await userEvent.click(screen.getByRole('button', { name: 'Build profiles' }));
  expect(asked.some((x) => x.what === 'POST /profile/build')).toBe(true);
});

test('a build that failed is told as that, and why', async () => {
  const failure = { at: '', code: 'source_refused', message: 'key: the key "id" is missing in 1 row' };
  opened({ 'GET /profile': { ...definition, build: { profiles: 0, failure } } });
  const panel = await screen.findByRole('alert');
  expect(panel.textContent).toContain('The profiles could not be built');
  expect(panel.textContent).toContain('the key "id" is missing in 1 row');
  expect(panel.textContent).not.toContain('taken over');
});
