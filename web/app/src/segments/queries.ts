import { queryOptions } from '@tanstack/react-query';
import { api, everything, send } from '../api/client';

export const segmentsQuery = queryOptions({
  queryKey: ['segments'],
  queryFn: () => everything((after) => send(api.GET('/api/v1/segments', { params: { query: { after, limit: 200 } } }))),
});

export const segmentQuery = (id: string) =>
  queryOptions({
    queryKey: ['segments', id],
    queryFn: () => send(api.GET('/api/v1/segments/{id}', { params: { path: { id } } })),
  });

/** How many people a segment has now; it is counted anew, which may take a moment. */
export const countQuery = (id: string) =>
  queryOptions({
    queryKey: ['segments', id, 'count'],
    queryFn: () => send(api.GET('/api/v1/segments/{id}/count', { params: { path: { id } } })),
    staleTime: 60_000,
  });
