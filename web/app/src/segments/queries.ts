import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { type Api, api, everything, send } from '../api/client';

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
    queryFn: ({ signal }) => send(api.GET('/api/v1/segments/{id}/count', { params: { path: { id } }, signal })),
    staleTime: 60_000,
  });

/** The segments that name a segment in their rules, and the exports of it. */
export const usesQuery = (id: string) =>
  queryOptions({
    queryKey: ['segments', id, 'uses'],
    queryFn: async () => (await send(api.GET('/api/v1/segments/{id}/uses', { params: { path: { id } } }))).items,
    staleTime: 0, // an export or a segment may have been changed on the page before
  });

/** How many members a segment had whenever it was evaluated, the oldest first. */
export const trendQuery = (id: string) =>
  queryOptions({
    queryKey: ['segments', id, 'trend'],
    queryFn: async () =>
      (await send(api.GET('/api/v1/segments/{id}/trend', { params: { path: { id }, query: { days: 366 } } }))).items,
  });

/** Who entered and left a segment since a moment, by pages. */
export const changesQuery = (id: string, since: string) =>
  infiniteQueryOptions({
    queryKey: ['segments', id, 'changes', since],
    queryFn: ({ pageParam, signal }) =>
      send(
        api.GET('/api/v1/segments/{id}/changes', {
          params: { path: { id }, query: { since, after: pageParam || undefined, limit: 20 } },
          signal,
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor || undefined,
    retry: false,
  });

/** How many are in both of two segments, and in one of them alone. */
export const overlapQuery = (id: string, other: string) =>
  queryOptions({
    queryKey: ['segments', id, 'overlap', other],
    queryFn: ({ signal }) =>
      send(api.GET('/api/v1/segments/{id}/overlap', { params: { path: { id }, query: { with: [other] } }, signal })),
  });

/** The members of a segment, by pages. */
export const membersQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: ['segments', id, 'members'],
    queryFn: ({ pageParam, signal }) =>
      send(
        api.GET('/api/v1/segments/{id}/members', {
          params: { path: { id }, query: { after: pageParam || undefined, limit: 50 } },
          signal,
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor || undefined,
  });

/** What rules can say, by type of field. It changes with the program only. */
export const operatorsQuery = queryOptions({
  queryKey: ['operators'],
  queryFn: async () => (await send(api.GET('/api/v1/operators'))).items,
  staleTime: Number.POSITIVE_INFINITY,
});

/** The most frequent values of a field. */
export const valuesQuery = (field: string) =>
  queryOptions({
    queryKey: ['profile', 'values', field],
    queryFn: ({ signal }) =>
      send(api.GET('/api/v1/profile/field-stats', { params: { query: { field, top: 100 } }, signal })),
    staleTime: 60_000,
  });

/** Whom rules would find that need not be stored. A question that is overtaken by the next one is taken back. */
export const previewQuery = (rules: Api['SegmentRule'][], timeZone: string) =>
  queryOptions({
    queryKey: ['segments', 'preview', rules, timeZone],
    queryFn: ({ signal }) =>
      send(
        api.POST('/api/v1/segments/preview', { body: { rules, time_zone: timeZone || undefined, sample: 8 }, signal }),
      ),
    placeholderData: keepPreviousData,
    staleTime: 30_000,
    gcTime: 60_000,
  });
