import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Card, Empty } from '../parts/Card';
import { DataTable } from '../parts/DataTable';
import { ErrorPanel } from '../parts/ErrorPanel';
import { useMe } from '../parts/roles';
import { useFirst } from '../parts/useFirst';
import { fieldsToShow } from '../profiles/fields';
import { membersQuery } from './queries';

/** Who the members are, for whoever may see customers. */
export function Members({ id, kept }: { id: string; kept?: boolean }) {
  const { t } = useTranslation();
  const { seesPersons } = useMe();
  const query = useInfiniteQuery({ ...membersQuery(id), enabled: seesPersons });
  const all = query.data?.pages.flatMap((p) => p.items) ?? [];
  const { rows, hasMore, more } = useFirst(all, query);
  const fields = fieldsToShow(all);
  return (
    <Card title={t('segments.members.title')}>
      {!seesPersons ? (
        <p className="muted">{t('segments.members.hidden')}</p>
      ) : query.error ? (
        <ErrorPanel error={query.error} onRetry={() => query.refetch()} />
      ) : query.isPending ? (
        <p className="muted" role="status">
          {t('parts.loading')}
        </p>
      ) : all.length === 0 ? (
        <Empty text={t('segments.members.none')} />
      ) : (
        <div className="stack">
          {kept && <p className="muted">{t('segments.members.now')}</p>}
          <DataTable
            label={t('segments.members.title')}
            rows={rows}
            rowKey={(p) => p.id}
            values
            columns={[
              {
                id: 'id',
                header: t('profiles.id'),
                cell: (p) => (
                  <Link to="/profiles/$id" params={{ id: p.id }}>
                    {p.id}
                  </Link>
                ),
              },
              ...fields.map((field) => ({
                id: field,
                header: field,
                cell: (p: (typeof rows)[number]) => p.values.find((v) => v.field === field)?.value || t('parts.none'),
              })),
            ]}
          />
          {hasMore && (
            <Button variant="default" w="fit-content" loading={query.isFetchingNextPage} onClick={more}>
              {t('segments.members.more')}
            </Button>
          )}
        </div>
      )}
    </Card>
  );
}
