import { queryOptions } from '@tanstack/react-query';
import { api, everything, send } from '../api/client';

export const sourcesQuery = queryOptions({
  queryKey: ['sources'],
  queryFn: () => everything((after) => send(api.GET('/api/v1/sources', { params: { query: { after, limit: 200 } } }))),
});

export const sourceQuery = (id: string) =>
  queryOptions({
    queryKey: ['sources', id],
    queryFn: () => send(api.GET('/api/v1/sources/{id}', { params: { path: { id } } })),
  });

/** Rows that could not be read, with why. */
export const quarantineQuery = (id: string) =>
  queryOptions({
    queryKey: ['sources', id, 'quarantine'],
    queryFn: async () =>
      (await send(api.GET('/api/v1/sources/{id}/quarantine', { params: { path: { id }, query: { limit: 100 } } })))
        .items,
  });
