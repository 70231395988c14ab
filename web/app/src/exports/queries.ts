import { queryOptions } from '@tanstack/react-query';
import { api, everything, send } from '../api/client';

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
