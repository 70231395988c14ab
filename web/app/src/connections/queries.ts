import { queryOptions } from '@tanstack/react-query';
import { api, everything, send } from '../api/client';

export const connectionsQuery = queryOptions({
  queryKey: ['connections'],
  queryFn: () =>
    everything((after) => send(api.GET('/api/v1/connections', { params: { query: { after, limit: 200 } } }))),
});

export const connectionQuery = (id: string) =>
  queryOptions({
    queryKey: ['connections', id],
    queryFn: () => send(api.GET('/api/v1/connections/{id}', { params: { path: { id } } })),
  });

export const usesQuery = (id: string) =>
  queryOptions({
    queryKey: ['connections', id, 'exports'],
    queryFn: async () => (await send(api.GET('/api/v1/connections/{id}/exports', { params: { path: { id } } }))).items,
  });
