import { useState } from 'react';

/** How many rows of a long list stand there until somebody wants more. */
const first = 10;

/** The first rows of a list that comes in pages, until somebody wants more: then all that came, and the next page. */
export function useFirst<T>(all: T[], query: { hasNextPage: boolean; fetchNextPage: () => unknown }) {
  const [whole, setWhole] = useState(false);
  return {
    rows: whole ? all : all.slice(0, first),
    hasMore: query.hasNextPage || (!whole && all.length > first),
    more: () => (whole ? query.fetchNextPage() : setWhole(true)),
  };
}
