import { Skeleton } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorPanel } from './ErrorPanel';

/** What is needed of a query, of one that is read by pages as well. */
type Query<T> = { data: T | undefined; error: Error | null; isPlaceholderData: boolean; refetch: () => unknown };

/** Shows what a query found; before that that it loads, and what went wrong where it did. */
export function Loaded<T>({ query, children }: { query: Query<T>; children: (data: T) => ReactNode }) {
  const { t } = useTranslation();
  if (query.data !== undefined && !query.isPlaceholderData) {
    return (
      <>
        {query.error && <ErrorPanel error={query.error} onRetry={() => query.refetch()} />}
        {children(query.data)}
      </>
    );
  }
  if (query.error) return <ErrorPanel error={query.error} onRetry={() => query.refetch()} />;
  return (
    <div role="status" aria-label={t('parts.loading')} className="stack">
      <Skeleton height={20} width="60%" />
      <Skeleton height={20} width="80%" />
      <Skeleton height={20} width="40%" />
    </div>
  );
}
