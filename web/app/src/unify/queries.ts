import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { type Api, api, send } from '../api/client';

/** How tables are unified, and what the last build made of them; `not_found` before there is a profile. */
export const unificationQuery = queryOptions({
  queryKey: ['profile', 'unification'],
  queryFn: () => send(api.GET('/api/v1/profile/unification')),
});

/** Whether rows are joined at all: with one table and no rules every row is a profile. */
export const joins = (u: Pick<Api['Unification'], 'tables' | 'rules'>) => u.tables.length > 1 || u.rules.length > 0;

/** Profiles of several rows, by pages; of one rule or of one profile only. */
export const clustersQuery = (only: { rule?: string; profile?: string }) =>
  infiniteQueryOptions({
    queryKey: ['profiles', 'unify', 'clusters', only],
    queryFn: ({ pageParam, signal }) =>
      send(
        api.POST('/api/v1/profile/clusters', {
          body: { ...only, limit: 20, after: pageParam || undefined },
          signal,
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor || undefined,
  });

/** Why two rows are one person or are not. */
export const explanationQuery = (pair: Api['RowPair']) =>
  queryOptions({
    queryKey: ['profiles', 'unify', 'explanation', pair],
    queryFn: ({ signal }) => send(api.POST('/api/v1/profile/explanation', { body: pair, signal })),
    retry: false,
  });

export const pairsQuery = infiniteQueryOptions({
  queryKey: ['profiles', 'unify', 'pairs'],
  queryFn: ({ pageParam }) =>
    send(api.GET('/api/v1/profile/pairs', { params: { query: { limit: 100, after: pageParam || undefined } } })),
  initialPageParam: '',
  getNextPageParam: (page) => page.next_cursor || undefined,
});

export const changesQuery = infiniteQueryOptions({
  queryKey: ['profiles', 'unify', 'changes'],
  queryFn: ({ pageParam }) =>
    send(api.GET('/api/v1/profile/changes', { params: { query: { limit: 100, after: pageParam || undefined } } })),
  initialPageParam: '',
  getNextPageParam: (page) => page.next_cursor || undefined,
});
