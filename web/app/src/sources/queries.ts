import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { type Api, api, everything, send } from '../api/client';

export const sourcesQuery = queryOptions({
  queryKey: ['sources'],
  queryFn: () => everything((after) => send(api.GET('/api/v1/sources', { params: { query: { after, limit: 200 } } }))),
});

export const sourceQuery = (id: string) =>
  queryOptions({
    queryKey: ['sources', id],
    queryFn: () => send(api.GET('/api/v1/sources/{id}', { params: { path: { id } } })),
  });

/** Rows that could not be read, with why, by pages. */
export const quarantineQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: ['sources', id, 'quarantine'],
    queryFn: ({ pageParam }) =>
      send(
        api.GET('/api/v1/sources/{id}/quarantine', {
          params: { path: { id }, query: { limit: 100, after: pageParam || undefined } },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor || undefined,
  });

/** The files that a source may name. */
export const filesQuery = queryOptions({
  queryKey: ['sources', 'files'],
  queryFn: async () => (await send(api.GET('/api/v1/files'))).items,
});

/** The beginning of a file, read as the source would read it. How the source is called and its limits do not matter. */
export const previewQuery = (input: Api['SourceInput']) => {
  const { path, csv, columns } = input;
  return queryOptions({
    queryKey: ['sources', 'preview', path, csv, columns],
    queryFn: ({ signal }) =>
      send(api.POST('/api/v1/sources/preview', { body: { name: 'preview', path, csv, columns, rows: 20 }, signal })),
    placeholderData: keepPreviousData,
    retry: false,
  });
};

/**
 * The beginning of a table or query of a database, asked for by a number: a database is read when somebody asks for it, or states
 * another type of a column, and not because time has passed.
 */
export const databasePreviewQuery = (
  n: number | undefined,
  place: Pick<Api['SourcePreview'], 'kind' | 'database' | 'source'> | undefined,
  columns: Record<string, Api['ColumnOption']>,
) =>
  queryOptions({
    queryKey: ['sources', 'preview', 'database', n, columns],
    queryFn: ({ signal }) =>
      send(
        api.POST('/api/v1/sources/preview', {
          body: { name: 'preview', ...place, columns: Object.keys(columns).length > 0 ? columns : undefined, rows: 20 },
          signal,
        }),
      ),
    enabled: n !== undefined,
    placeholderData: (before, was) => (was?.queryKey[3] === n ? before : undefined),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: false,
  });
