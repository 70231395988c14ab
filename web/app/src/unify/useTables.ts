import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Api } from '../api/client';
import { sourcesQuery } from '../sources/queries';

const none: Api['Source'][] = [];

/** The tables that there are, and their names. One that was removed keeps its id. */
export function useTables() {
  const sources = useQuery(sourcesQuery).data ?? none;
  return useMemo(
    () => ({
      ready: sources.filter((s) => s.ingest?.columns.length),
      name: (id: string) => sources.find((s) => s.id === id)?.name ?? id,
      columns: (id: string) => sources.find((s) => s.id === id)?.ingest?.columns ?? [],
    }),
    [sources],
  );
}
