import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { api, send } from './client';
import { codeOf } from './problem';

/** Who is signed in; null for nobody. */
export const meQuery = {
  queryKey: ['me'] as const,
  queryFn: async () => {
    try {
      return await send(api.GET('/api/v1/session'));
    } catch (error) {
      if (codeOf(error) === 'unauthenticated') return null;
      throw error;
    }
  },
  staleTime: 60_000,
};

/** Makes the store of what the server said. Whoever is no longer signed in is noticed at the next answer. */
export function newQueryClient(): QueryClient {
  const noticed = (error: unknown) => {
    if (codeOf(error) === 'unauthenticated') client.setQueryData(meQuery.queryKey, null);
  };
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError: noticed }),
    mutationCache: new MutationCache({
      onError: (error, _variables, _context, mutation) => {
        if (mutation.meta?.signsIn !== true) noticed(error);
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        // Only what may be better in a moment is asked for again; a refusal is told at once.
        retry: (count, error) =>
          count < 2 && ['unreachable', 'unavailable', 'unexpected'].includes(codeOf(error) ?? ''),
      },
    },
  });
  return client;
}
