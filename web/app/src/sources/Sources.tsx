import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Api } from '../api/client';
import { useFormats } from '../languages/format';
import { ListPage } from '../parts/ListPage';
import { useMe } from '../parts/roles';
import { StatusBadge } from '../parts/StatusBadge';
import { sourcesQuery } from './queries';
import { statusOf } from './status';

export default function Sources() {
  const { t } = useTranslation();
  const { dateTime, number } = useFormats();
  const { may } = useMe();
  const from = (s: Api['Source']) => s.path || t(`sources.kind.${s.kind}`);
  const add = (
    <>
      <Button component={Link} variant="default" to="/sources/relationships">
        {t('relationships.title')}
      </Button>
      {may('contributor') && (
        <Button component={Link} to="/sources/new">
          {t('sources.add')}
        </Button>
      )}
    </>
  );
  return (
    <ListPage
      actions={add}
      title={t('sources.title')}
      sentence={t('sources.sentence')}
      query={useQuery(sourcesQuery)}
      rowKey={(s) => s.id}
      name={(s) => s.name}
      text={(s) => `${s.name} ${from(s)}`}
      empty={{ text: t('sources.empty') }}
      columns={[
        {
          id: 'name',
          header: t('sources.column.name'),
          value: (s) => s.name,
          cell: (s) => (
            <Link to="/sources/$id" params={{ id: s.id }}>
              {s.name}
            </Link>
          ),
        },
        { id: 'file', header: t('sources.column.file'), value: from, cell: from },
        {
          id: 'status',
          header: t('sources.column.status'),
          value: statusOf,
          cell: (s) => <StatusBadge status={statusOf(s)} />,
        },
        {
          id: 'rows',
          header: t('sources.column.rows'),
          number: true,
          value: (s) => s.ingest?.rows,
          cell: (s) => (s.ingest ? number(s.ingest.rows) : t('parts.none')),
        },
        {
          id: 'quarantined',
          header: t('sources.column.quarantined'),
          number: true,
          value: (s) => s.ingest?.quarantined,
          cell: (s) => (s.ingest ? number(s.ingest.quarantined) : t('parts.none')),
        },
        {
          id: 'at',
          header: t('sources.column.at'),
          value: (s) => s.ingest?.at,
          cell: (s) => (s.ingest?.at ? dateTime(s.ingest.at) : t('parts.none')),
        },
      ]}
    />
  );
}
