import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api, send } from '../api/client';

/** How profiles are made, and how the last build went; `not_found` before there is a definition. */
export const definitionQuery = queryOptions({
  queryKey: ['profile'],
  queryFn: () => send(api.GET('/api/v1/profile')),
});

/** Customers, by pages. What is searched for travels in the body. */
export const profilesQuery = (search: string) =>
  infiniteQueryOptions({
    queryKey: ['profiles', search],
    queryFn: ({ pageParam, signal }) =>
      search
        ? send(
            api.POST('/api/v1/profiles/search', { body: { search, limit: 50, after: pageParam || undefined }, signal }),
          )
        : send(
            api.GET('/api/v1/profiles', { params: { query: { limit: 50, after: pageParam || undefined } }, signal }),
          ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor || undefined,
    placeholderData: (previous) => previous,
  });

/** One customer, with where their address stands and what runs did with it. */
export const customerQuery = (id: string) =>
  queryOptions({
    queryKey: ['profiles', 'one', id],
    queryFn: () => send(api.GET('/api/v1/profiles/{id}', { params: { path: { id } } })),
  });
