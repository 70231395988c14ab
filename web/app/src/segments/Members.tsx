import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Card, Empty } from '../parts/Card';
import { DataTable } from '../parts/DataTable';
import { ErrorPanel } from '../parts/ErrorPanel';
import { useMe } from '../parts/roles';
import { fieldsToShow } from '../profiles/fields';
import { membersQuery } from './queries';

/** How many stand there until somebody wants more: what else there is of the segment stands below them. */
const first = 10;

/** Who the members are, for whoever may see customers. */
export function Members({ id, kept }: { id: string; kept?: boolean }) {
  const { t } = useTranslation();
  const { seesPersons } = useMe();
  const query = useInfiniteQuery({ ...membersQuery(id), enabled: seesPersons });
  const [whole, setWhole] = useState(false);
  const rows = query.data?.pages.flatMap((p) => p.items) ?? [];
  const fields = fieldsToShow(rows);
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
      ) : rows.length === 0 ? (
        <Empty text={t('segments.members.none')} />
      ) : (
        <div className="stack">
          {kept && <p className="muted">{t('segments.members.now')}</p>}
          <DataTable
            label={t('segments.members.title')}
            rows={whole ? rows : rows.slice(0, first)}
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
          {(query.hasNextPage || (!whole && rows.length > first)) && (
            <Button
              variant="default"
              w="fit-content"
              loading={query.isFetchingNextPage}
              onClick={() => (whole ? query.fetchNextPage() : setWhole(true))}
            >
              {t('segments.members.more')}
            </Button>
          )}
        </div>
      )}
    </Card>
  );
}
