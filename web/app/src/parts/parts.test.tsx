import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { expect, test } from 'vitest';
import { ApiError } from '../api/problem';
import { show } from '../test/render';
import { Confirm } from './Confirm';
import { ErrorPanel } from './ErrorPanel';
import { ProofProvider, useProof } from './Proof';
import { PlanBars, ReceiptBars } from './ReceiptBars';
import { Sections } from './Sections';
import { StatusBadge } from './StatusBadge';
import { newer } from './useRun';

const refused = new ApiError('in_use', 'the export "VIP" uses it', 'Remove the export first', '', 'r7', 409);

test('an error says what, why and what to do, with the technical text a click away', async () => {
  await show(<ErrorPanel error={refused} />);
  const panel = screen.getByRole('alert');
  expect(panel.textContent).toContain('Something else still needs this');
  expect(panel.textContent).toContain('the export "VIP" uses it');
  expect(panel.textContent).toContain('Remove the export first');
  expect(panel.querySelector('pre')?.textContent).toBe(
    'in_use\nthe export "VIP" uses it\nRemove the export first\nrequest r7',
  );
});

test('a Croatian reader gets Croatian words, and English only in the technical text', async () => {
  await show(<ErrorPanel error={refused} />, 'hr');
  expect(screen.getByText('Nešto drugo ovo još treba')).toBeTruthy();
  expect(screen.getAllByText(/Remove the export first/)).toHaveLength(1);
});

test('a code of a newer server is told as something unexpected', async () => {
  await show(<ErrorPanel error={new ApiError('brand_new', '')} />);
  expect(screen.getByText('Something unexpected happened')).toBeTruthy();
});

test('a status is a word; one of a newer server is shown as it is called', async () => {
  await show(
    <>
      <StatusBadge status="held" />
      <StatusBadge status="brand_new" />
    </>,
    'hr',
  );
  expect(screen.getByText('Zadržano (čeka odobrenje)')).toBeTruthy();
  expect(screen.getByText('brand_new')).toBeTruthy();
});

const receipt = {
  at: '',
  added: 5,
  updated: 1,
  unchanged: 10,
  rejected: 2,
  duplicates: 1,
  not_sent: 0,
  members: 19,
  leavers: 3,
  removed: 2,
  kept: 1,
  still_wanted: 0,
  not_removed: 0,
  list_size: 15,
  refusal_removed: 0,
};

test('a receipt that adds up says nothing of it, one that does not is told', async () => {
  const { rerender } = await show(<ReceiptBars receipt={receipt} />);
  expect(screen.queryByText(/add up to/)).toBeNull();
  rerender(<></>);
  await show(<ReceiptBars receipt={{ ...receipt, added: 4 }} />);
  expect(screen.getByText('The parts add up to 18, not to 19')).toBeTruthy();
});

const through = { ...receipt, members: 20, duplicates: 2, through_others: 1 };
const plan = {
  ...{
    at: '',
    as_of: '',
    members: 20,
    add: 5,
    update: 1,
    unchanged: 10,
    rejected: 2,
    duplicates: 2,
    through_others: 1,
  },
  ...{
    leavers: 0,
    remove: 0,
    keep: 0,
    still_wanted: 0,
    not_removed: 0,
    refusal_removals: 0,
    there_before: 0,
    expected_seconds: 0,
  },
};

test('a receipt and a plan say how many addresses that makes, and which of them others share whose fields they have (S5)', async () => {
  await show(<ReceiptBars receipt={through} />);
  expect(
    screen.getByText(
      /^17 addresses are in step on the list\. 1 of them is shared with a customer who is not in the segments\. It is on the list with the name and fields of that other customer/,
    ),
  ).toBeTruthy();
  await show(<ReceiptBars receipt={receipt} />);
  expect(screen.getByText('16 addresses are in step on the list.')).toBeTruthy();
  await show(<PlanBars plan={plan} />, 'hr');
  expect(
    screen.getByText(/^Nakon toga na popisu je 17 adresa\. 1 od njih dijeli i kupac koji nije u segmentima/),
  ).toBeTruthy();
});

test('a run that only removes says nothing of addresses', async () => {
  await show(
    <ReceiptBars
      receipt={{ ...receipt, added: 0, updated: 0, unchanged: 0, rejected: 0, duplicates: 0, members: 0 }}
    />,
  );
  expect(screen.queryByText(/in step/)).toBeNull();
});

test('a confirmation stays open with the reason where it fails', async () => {
  let closed = 0;
  await show(
    <Confirm opened title="T" verb="Go" onConfirm={() => Promise.reject(refused)} onClose={() => closed++}>
      what will happen
    </Confirm>,
  );
  await userEvent.click(await screen.findByRole('button', { name: 'Go' }));
  expect((await screen.findByRole('alert')).textContent).toContain('Something else still needs this');
  expect(closed).toBe(0);
});

function Wizard() {
  const [name, setName] = useState('');
  return (
    <Sections
      end={<p>the summary</p>}
      sections={[
        {
          id: 'a',
          title: 'First',
          complete: name !== '',
          summary: name,
          content: <input aria-label="Name" value={name} onChange={(e) => setName(e.target.value)} />,
        },
        { id: 'b', title: 'Second', complete: name !== '', content: <p>second content</p> },
      ]}
    />
  );
}

test('sections open in order, can be opened again, and end in the summary', async () => {
  await show(<Wizard />);
  const second = screen.getByRole('button', { name: /Second/ }) as HTMLButtonElement;
  expect(second.disabled).toBe(true);
  expect(screen.queryByText('the summary')).toBeNull();
  await userEvent.type(screen.getByLabelText('Name'), 'VIP');
  await userEvent.click(screen.getByRole('button', { name: 'Continue' }));
  expect(screen.getByText('second content')).toBeTruthy();
  expect(screen.getByText('VIP')).toBeTruthy();
  expect(screen.getByText('the summary')).toBeTruthy();
  await userEvent.click(screen.getByRole('button', { name: /First/ }));
  expect(screen.getByLabelText('Name')).toBeTruthy();
});

function Asking({ outcome }: { outcome: (e: unknown) => void }) {
  const withProof = useProof();
  const work = () => withProof(() => Promise.reject(new ApiError('proof_needed', ''))).catch(outcome);
  return (
    <button type="button" onClick={() => void work()}>
      Try
    </button>
  );
}

test('whoever closes the question who they are did not want it done', async () => {
  const seen: unknown[] = [];
  globalThis.fetch = () => Promise.resolve(new Response('{"code":"unauthenticated"}', { status: 401 }));
  await show(
    <ProofProvider>
      <Asking outcome={(e) => seen.push(e)} />
    </ProofProvider>,
  );
  await userEvent.click(screen.getByRole('button', { name: 'Try' }));
  await userEvent.click(await screen.findByRole('button', { name: 'Cancel' }, { timeout: 30_000 }));
  expect(seen.map((e) => (e as ApiError).code)).toEqual(['given_up']);
});

test('an older state of a run never replaces a newer one', () => {
  const at = (version: number) => ({ version }) as Parameters<typeof newer>[1];
  expect(newer(at(5), at(4)).version).toBe(5);
  expect(newer(at(5), at(6)).version).toBe(6);
  expect(newer(undefined, at(1)).version).toBe(1);
});
