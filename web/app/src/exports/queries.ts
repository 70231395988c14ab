import { queryOptions } from '@tanstack/react-query';
import { api, everything, send } from '../api/client';
import { codeOf } from '../api/problem';

export const exportsQuery = queryOptions({
  queryKey: ['exports'],
  queryFn: () => everything((after) => send(api.GET('/api/v1/exports', { params: { query: { after, limit: 200 } } }))),
});

export const exportQuery = (id: string) =>
  queryOptions({
    queryKey: ['exports', id],
    queryFn: () => send(api.GET('/api/v1/exports/{id}', { params: { path: { id } } })),
  });

/** The newest runs of an export, dry runs among them. */
export const runsQuery = (id: string) =>
  queryOptions({
    queryKey: ['runs', { export: id }],
    queryFn: async () =>
      (await send(api.GET('/api/v1/runs', { params: { query: { export_id: id, limit: 50 } } }))).items,
  });

export const batchesQuery = (run: string) =>
  queryOptions({
    queryKey: ['batches', run],
    queryFn: async () => (await send(api.GET('/api/v1/runs/{id}/batches', { params: { path: { id: run } } }))).items,
  });

/** What a run did to people, one bucket at a time; values are masked for whoever may not see customers. */
export const rowsQuery = (run: string, bucket: string) =>
  queryOptions({
    queryKey: ['rows', run, bucket],
    queryFn: async () =>
      send(
        api.GET('/api/v1/runs/{id}/rows', {
          params: { path: { id: run }, query: { bucket: bucket as 'rejected', limit: 100 } },
        }),
      ),
  });

/** The definition of the profile; null before there is one. */
export const profileQuery = queryOptions({
  queryKey: ['profile', 'definition'],
  queryFn: async () => {
    try {
      return await send(api.GET('/api/v1/profile'));
    } catch (error) {
      if (codeOf(error) === 'not_found' || codeOf(error) === 'not_ready') return null;
      throw error;
    }
  },
});

/** The account's contact lists as they are now. */
export const listsQuery = (connection: string) =>
  queryOptions({
    queryKey: ['connections', connection, 'lists'],
    queryFn: async () =>
      (await send(api.GET('/api/v1/connections/{id}/lists', { params: { path: { id: connection } } }))).items,
    enabled: connection !== '',
  });

/** The attributes of the account's contacts as they are now. */
export const attributesQuery = (connection: string) =>
  queryOptions({
    queryKey: ['connections', connection, 'attributes'],
    queryFn: async () =>
      (await send(api.GET('/api/v1/connections/{id}/attributes', { params: { path: { id: connection } } }))).items,
    enabled: connection !== '',
  });

/** How large segments are, and which of them are larger than the account's contract allows. */
export const contractQuery = (connection: string, segments: string[]) =>
  queryOptions({
    queryKey: ['connections', connection, 'contract', segments],
    queryFn: () =>
      send(
        api.GET('/api/v1/connections/{id}/contract', {
          params: { path: { id: connection }, query: { segment_id: segments } },
        }),
      ),
    enabled: connection !== '' && segments.length > 0,
    staleTime: 60_000,
  });

/** How many people an export owns and keeps on which list. */
export const exportPeopleQuery = (id: string) =>
  queryOptions({
    queryKey: ['exports', id, 'people'],
    queryFn: () => send(api.GET('/api/v1/exports/{id}/people', { params: { path: { id } } })),
  });

/** The newest runs of all exports. */
export const recentRunsQuery = queryOptions({
  queryKey: ['runs', 'recent'],
  queryFn: async () => (await send(api.GET('/api/v1/runs', { params: { query: { limit: 50 } } }))).items,
});

/** How large every list was in the last 30 days. */
export const listSizesQuery = queryOptions({
  queryKey: ['list-sizes'],
  queryFn: () =>
    everything((after) =>
      send(api.GET('/api/v1/list-sizes', { params: { query: { after, limit: 200, days: 30, steps: 60 } } })),
    ),
  refetchInterval: 60_000,
});
