import { queryOptions } from '@tanstack/react-query';
import { api, send } from '../api/client';
import { goesOn } from '../parts/StatusBadge';

export const refreshesQuery = queryOptions({
  queryKey: ['refreshes'],
  queryFn: async () => (await send(api.GET('/api/v1/refreshes', { params: { query: { limit: 20 } } }))).items,
  refetchInterval: (q) => (q.state.data?.some((r) => goesOn(r.status)) ? 2_000 : 20_000),
});

export const scheduleQuery = queryOptions({
  queryKey: ['schedule'],
  queryFn: () => send(api.GET('/api/v1/refresh-schedule')),
});


export const versionQuery = queryOptions({
  queryKey: ['version'],
  queryFn: () => send(api.GET('/api/v1/version')),
  staleTime: Number.POSITIVE_INFINITY,
});
