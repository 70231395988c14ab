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

/** How every task stands; looked at more often while something goes on. */
export const statusQuery = queryOptions({
  queryKey: ['status'],
  queryFn: () => send(api.GET('/api/v1/status')),
  refetchInterval: (q) => (q.state.data?.tasks.some((x) => goesOn(x.status)) ? 2_000 : 20_000),
});

export const noticeSettingsQuery = queryOptions({
  queryKey: ['notices', 'settings'],
  queryFn: () => send(api.GET('/api/v1/notice-settings')),
});

export const noticesQuery = queryOptions({
  queryKey: ['notices', 'list'],
  queryFn: async () => (await send(api.GET('/api/v1/notices', { params: { query: { limit: 50 } } }))).items,
  refetchInterval: 20_000,
});
