import { fireEvent, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useRef, useState } from 'react';
import { expect, test } from 'vitest';
import type { Api } from '../api/client';
import { RunPanel } from '../exports/RunPanel';
import { showPages } from '../test/page';
import { show } from '../test/render';
import { DataTable } from './DataTable';
import { useKeptFocus } from './focus';

const run: Api['Run'] = {
  id: 'r-1',
  export_id: 'e-1',
  kind: 'run',
  status: 'running',
  step: 'send',
  ended: false,
  cancel_requested: false,
  released: false,
  requested_by: 'Ana',
  created_at: '2026-11-28T09:00:00Z',
  progress: {
    removals: 0,
    removals_done: 0,
    imports: 5,
    imports_sent: 0,
    imports_done: 0,
    batches: 1,
    batches_done: 0,
  },
  version: 1,
} as unknown as Api['Run'];

function Following() {
  const main = useRef<HTMLElement>(null);
  const [ended, setEnded] = useState(false);
  useKeptFocus(main, true);
  return (
    <>
      <button type="button" onClick={() => setEnded(true)}>
        The run ends
      </button>
      <main ref={main} tabIndex={-1}>
        <h1>Newsletter</h1>
        <RunPanel run={ended ? { ...run, status: 'canceled', ended: true } : run} mayEdit heading="Progress" />
      </main>
    </>
  );
}

const focused = () => document.activeElement?.textContent ?? '';

test('whoever has the focus on the button that stops a run goes on at its heading when the run has ended', async () => {
  await showPages([{ path: '/', component: Following }], '/');
  const cancel = await screen.findByRole('button', { name: 'Cancel the run' });
  cancel.focus();
  fireEvent.click(screen.getByText('The run ends'));
  await waitFor(() => expect(screen.queryByRole('button', { name: 'Cancel the run' })).toBeNull());
  await waitFor(() => expect(focused()).toBe('Progress'));
});

test('whoever is elsewhere when something goes stays there', async () => {
  await showPages([{ path: '/', component: Following }], '/');
  const cancel = await screen.findByRole('button', { name: 'Cancel the run' });
  cancel.focus();
  screen.getByText('The run ends').focus();
  fireEvent.click(screen.getByText('The run ends'));
  await waitFor(() => expect(screen.queryByRole('button', { name: 'Cancel the run' })).toBeNull());
  await new Promise((done) => setTimeout(done, 50));
  expect(focused()).toBe('The run ends');
});

function Rows() {
  const main = useRef<HTMLElement>(null);
  useKeptFocus(main, true);
  return (
    <main ref={main}>
      <h2>Rows</h2>
      <DataTable
        label="The rows"
        first={1}
        rows={['one', 'two', 'three']}
        rowKey={(r) => r}
        columns={[{ id: 'row', header: 'Row', cell: (r) => r }]}
      />
    </main>
  );
}

test('whoever asks for all rows of a table goes on at the table', async () => {
  await show(<Rows />);
  const user = userEvent.setup();
  await user.tab();
  await user.tab();
  expect(focused()).toBe('Show all 3');
  await user.keyboard('{Enter}');
  expect(screen.getByText('three')).toBeTruthy();
  await waitFor(() => expect(document.activeElement?.getAttribute('aria-label')).toBe('The rows'));
});
