import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { expect, test } from 'vitest';
import type { Api } from '../api/client';
import { answers, showPages } from '../test/page';
import { show } from '../test/render';
import { Evaluation } from './Evaluation';
import { newDraft } from './model';
import { completeSchedule, keeps, ScheduleFields, sameSchedule, scheduleOf } from './Schedule';
import { SegmentForm } from './SegmentForm';

function Fields({ told }: { told: (s: Api['SegmentSchedule']) => void }) {
  const [value, setValue] = useState<Api['SegmentSchedule']>({ mode: 'with_refresh' });
  return (
    <ScheduleFields
      value={value}
      strict
      onChange={(s) => {
        setValue(s);
        told(s);
      }}
    />
  );
}

test('a segment has times of its own, with a zone, or none', async () => {
  let last: Api['SegmentSchedule'] = {};
  await show(<Fields told={(s) => (last = s)} />, 'hr');
  expect(screen.queryByLabelText('Vremenska zona')).toBeNull();
  await userEvent.click(screen.getByLabelText('U vlastito vrijeme'));
  expect(screen.getAllByLabelText('Vremenska zona').length).toBeGreaterThan(0);
  expect(scheduleOf(last)).toEqual({ mode: 'own', cron: '30 6 * * *', time_zone: last.time_zone });
  await userEvent.click(screen.getByLabelText(/^Statičan/));
  expect(scheduleOf(last)).toEqual({ mode: 'static' });
});

test('what is stored of a schedule, and whether it is whole', () => {
  expect(sameSchedule({ mode: 'static', cron: '0 6 * * *' }, { mode: 'static' })).toBe(true);
  expect(sameSchedule({}, { mode: 'with_refresh' })).toBe(true);
  expect(sameSchedule({ mode: 'own', cron: '0 6 * * *' }, { mode: 'own', cron: '0 7 * * *' })).toBe(false);
  expect(completeSchedule({ mode: 'own', cron: '0 6 * *' })).toBe(false);
  expect(completeSchedule({ mode: 'static' })).toBe(true);
  expect([keeps({}), keeps({ mode: 'own' }), keeps({ mode: 'static' })]).toEqual([false, true, true]);
});

const segment = (over: Partial<Api['Segment']>): Api['Segment'] => ({
  id: 's1',
  name: 'Loyal',
  rules: [],
  schedule: { mode: 'static' },
  created_at: '',
  updated_at: '',
  version: 3,
  ...over,
});
const evaluation = { members: 1204, at: '2026-11-27T09:00:00Z', data_at: '2026-11-27T08:00:00Z', current: true };
const task = (over: object) => ({
  kind: 'segment',
  object_id: 's1',
  name: 'Loyal',
  status: 'successful',
  runs: [],
  ...over,
});
const me = (role: string) => ({ person: { role, sees_persons: true } });

async function evaluationOf(s: Api['Segment'], task_: object, role = 'contributor') {
  const asked = answers({
    'GET /session': me(role),
    'GET /status': { at: '', tasks: [task(task_)] },
    'POST /segments/s1/evaluate': { id: 'r1' },
  });
  await showPages([{ path: '/', component: () => <Evaluation segment={s} /> }], '/');
  return asked;
}

test('stored members are told with when, and evaluated by a button', async () => {
  const asked = await evaluationOf(segment({ evaluation }), {});
  expect(await screen.findByText('1,204')).toBeTruthy();
  expect(screen.queryByText(/has to be evaluated|wait until/)).toBeNull();
  await userEvent.click(await screen.findByRole('button', { name: 'Evaluate now' }));
  expect(asked.map((a) => a.what)).toContain('POST /segments/s1/evaluate');
});

test('a viewer sees what is stored, without the button', async () => {
  await evaluationOf(segment({ evaluation }), {}, 'viewer');
  expect(await screen.findByText('1,204')).toBeTruthy();
  expect(screen.queryByRole('button', { name: 'Evaluate now' })).toBeNull();
});

test('rules that changed since are told, and that nothing is stored', async () => {
  await evaluationOf(segment({ evaluation: { ...evaluation, current: false } }), {});
  expect(await screen.findByText(/The rules have changed since/)).toBeTruthy();
});

test('nothing stored is told; while it is evaluated it is not', async () => {
  await evaluationOf(segment({}), { status: 'not_started' });
  expect(await screen.findByText(/Nothing is stored yet/)).toBeTruthy();
});

test('a failed evaluation tells why', async () => {
  await evaluationOf(segment({}), {
    status: 'failed_permanent',
    error: { code: 'not_ready', message: 'build the profile first' },
  });
  expect(await screen.findByText('Build the profile first.')).toBeTruthy();
});

const fields = [{ name: 'town', type: 'text', column: 'town' }] as never;
const operators = [{ operator: 'is_not_empty', types: ['text'], operand: 'none' }] as never;

function NewOne() {
  return (
    <SegmentForm
      title="New"
      world={{ fields, operators, tables: [], relationships: [], segments: [] }}
      draft={() => {
        const d = newDraft('UTC');
        const [part] = d.parts;
        const [c] = part?.root.children ?? [];
        if (c?.kind === 'condition') Object.assign(c, { field: 'town', operator: 'is_not_empty' });
        return { ...d, name: 'Loyal', schedule: { mode: 'static' } };
      }}
    />
  );
}

test('a new segment whose schedule is refused is saved once, and its schedule again', async () => {
  let refused = true;
  const asked = answers({
    'POST /segments': segment({ schedule: { mode: 'with_refresh' }, version: 1 }),
    'PUT /segments/s1': segment({ schedule: { mode: 'with_refresh' }, version: 2 }),
    'PUT /segments/s1/schedule': () => (refused ? undefined : segment({ version: 3 })),
    'POST /segments/preview': { members: 1, rules: [1], sample: [] },
  });
  await showPages(
    [
      { path: '/', component: NewOne },
      { path: '/segments/$id', component: () => <p>the segment</p> },
    ],
    '/',
  );
  await userEvent.click(await screen.findByRole('button', { name: 'Save' }));
  expect(await screen.findByRole('alert')).toBeTruthy();
  refused = false;
  await userEvent.click(screen.getByRole('button', { name: 'Save' }));
  expect(await screen.findByText('the segment')).toBeTruthy();
  const changes = asked.filter((a) => !a.what.startsWith('GET') && !a.what.endsWith('preview'));
  expect(changes.map((a) => a.what)).toEqual([
    'POST /segments',
    'PUT /segments/s1/schedule',
    'PUT /segments/s1',
    'PUT /segments/s1/schedule',
  ]);
  expect(changes.at(-1)?.body).toEqual({ mode: 'static', version: 2 });
});
