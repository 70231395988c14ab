import { Skeleton } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorPanel } from './ErrorPanel';

/** Shows what a query found; before that that it loads, and what went wrong where it did. */
export function Loaded<T>({ query, children }: { query: UseQueryResult<T>; children: (data: T) => ReactNode }) {
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
