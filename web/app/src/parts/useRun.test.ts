import { QueryClient } from '@tanstack/react-query';
import { expect, test } from 'vitest';
import type { Api } from '../api/client';
import { runKey, told } from './useRun';

const run = (id: string, status: Api['Run']['status'], version: number) =>
  ({ id, export_id: 'e', status, version }) as Api['Run'];

test('what the server tells of a run stands wherever the run is shown', () => {
  const client = new QueryClient();
  const e = { id: 'e', status: 'running', latest_run: run('r2', 'running', 2) } as Api['Export'];
  client.setQueryData(['runs', { export: 'e' }], [run('r2', 'running', 2), run('r1', 'successful', 9)]);
  client.setQueryData(['exports'], [e, { id: 'other', status: 'held' }]);
  client.setQueryData(['exports', 'e'], e);
  told(client, run('r2', 'held', 3));
  expect(client.getQueryData<Api['Run']>(runKey('r2'))?.status).toBe('held');
  expect(client.getQueryData<Api['Run'][]>(['runs', { export: 'e' }])?.map((r) => r.status)).toEqual([
    'held',
    'successful',
  ]);
  expect(client.getQueryData<Api['Export'][]>(['exports'])?.map((x) => x.status)).toEqual(['held', 'held']);
  expect(client.getQueryData<Api['Export']>(['exports', 'e'])?.latest_run?.status).toBe('held');
  told(client, run('r2', 'running', 2)); // overtaken
  expect(client.getQueryData<Api['Export']>(['exports', 'e'])?.status).toBe('held');
});

test('what stops an export says more than its run, and an older run says nothing of it', () => {
  const client = new QueryClient();
  const e = { id: 'e', status: 'needs_export_user', latest_run: run('r2', 'held', 2) } as Api['Export'];
  client.setQueryData(['exports', 'e'], e);
  told(client, run('r2', 'canceled', 3));
  expect(client.getQueryData<Api['Export']>(['exports', 'e'])?.status).toBe('needs_export_user');
  told(client, run('r1', 'failed_permanent', 7));
  expect(client.getQueryData<Api['Export']>(['exports', 'e'])?.latest_run?.status).toBe('canceled');
});
