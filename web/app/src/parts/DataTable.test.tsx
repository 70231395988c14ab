import { fireEvent, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test } from 'vitest';
import { show } from '../test/render';
import { DataTable } from './DataTable';
import { Fold } from './Fold';

const rows = Array.from({ length: 30 }, (_, i) => `row ${i}`);
const table = (
  <DataTable
    label="Rows"
    rows={rows}
    first={20}
    rowKey={(r) => r}
    columns={[{ id: 'name', header: 'Name', cell: (r) => r }]}
  />
);
const wide = window.matchMedia;
const onAPhone = () => {
  window.matchMedia = (query) => ({ ...wide(query), matches: true, addEventListener() {}, removeEventListener() {} });
};
afterEach(() => {
  window.matchMedia = wide;
});

test('a long table shows its first rows, and all when asked', async () => {
  await show(table);
  expect(screen.getAllByText(/^row /)).toHaveLength(20);
  await userEvent.click(screen.getByRole('button', { name: 'Show all 30' }));
  expect(screen.getAllByText(/^row /)).toHaveLength(30);
  expect(screen.queryByRole('button')).toBeNull();
});

test('on a phone, where rows are cards, it shows half of them', async () => {
  onAPhone();
  await show(table, 'hr');
  expect(screen.getAllByText(/^row /)).toHaveLength(10);
  expect(screen.getByRole('button', { name: 'Prikaži sve (30)' })).toBeTruthy();
});

test('what is secondary is a heading that opens it, unless there is room or it matters now', async () => {
  const { unmount } = await show(
    <Fold title="Request log" open={false}>
      <p>what was sent</p>
    </Fold>,
  );
  expect(screen.queryByText('what was sent')).toBeNull();
  const details = screen.getByText('Request log').closest('details') as HTMLDetailsElement;
  details.open = true; // as a click on its heading does in a browser
  fireEvent(details, new Event('toggle'));
  expect(await screen.findByText('what was sent')).toBeTruthy();
  unmount();
  await show(
    <Fold title="Request log" open>
      <p>what was sent</p>
    </Fold>,
  );
  expect(screen.getByText('what was sent')).toBeTruthy();
});
