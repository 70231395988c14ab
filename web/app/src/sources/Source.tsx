import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../api/problem';
import { useFormats } from '../languages/format';
import { Card, Empty, Facts } from '../parts/Card';
import { DataTable } from '../parts/DataTable';
import { ErrorPanel } from '../parts/ErrorPanel';
import { Loaded } from '../parts/Loaded';
import { Page } from '../parts/Page';
import { useMe } from '../parts/roles';
import { StatusBadge } from '../parts/StatusBadge';
import { quarantineQuery, sourceQuery } from './queries';
import { statusOf } from './status';

export default function SourcePage() {
  const { t } = useTranslation();
  const { dateTime, number } = useFormats();
  const { id } = useParams({ strict: false }) as { id: string };
  const { may } = useMe();
  const query = useQuery(sourceQuery(id));
  return (
    <Page
      title={query.data?.name ?? t('sources.one')}
      beside={query.data && <StatusBadge status={statusOf(query.data)} />}
      back={{ to: '/sources', label: t('sources.title') }}
    >
      <Loaded query={query}>
        {(source) => {
          const failure = source.ingest?.failure;
          return (
            <>
              {failure && (
                <ErrorPanel error={new ApiError(failure.code ?? 'unexpected', failure.message, '', '', '', 1)} />
              )}
              <Facts
                facts={[
                  [t('sources.column.file'), source.path],
                  [
                    t('sources.column.rows'),
                    source.ingest && <span className="num">{number(source.ingest.rows)}</span>,
                  ],
                  [
                    t('sources.column.quarantined'),
                    source.ingest && <span className="num">{number(source.ingest.quarantined)}</span>,
                  ],
                  [t('sources.column.at'), source.ingest?.at && dateTime(source.ingest.at)],
                ]}
              />
              <Card title={t('sources.columns.title')}>
                {source.ingest?.columns.length ? (
                  <DataTable
                    label={t('sources.columns.title')}
                    rows={source.ingest.columns}
                    rowKey={(c) => c.name}
                    columns={[
                      { id: 'name', header: t('sources.columns.name'), cell: (c) => c.name },
                      { id: 'type', header: t('sources.columns.type'), cell: (c) => t(`sources.type.${c.type}`) },
                      { id: 'format', header: t('sources.columns.format'), cell: (c) => c.format || t('parts.none') },
                    ]}
                  />
                ) : (
                  <Empty text={t('sources.columns.none')} />
                )}
              </Card>
              {may('contributor') && !!source.ingest?.quarantined && <Quarantine id={source.id} />}
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}

function Quarantine({ id }: { id: string }) {
  const { t } = useTranslation();
  const { number } = useFormats();
  return (
    <Card title={t('sources.quarantine.title')}>
      <Loaded query={useQuery(quarantineQuery(id))}>
        {(rows) => (
          <DataTable
            label={t('sources.quarantine.title')}
            rows={rows}
            rowKey={(r) => `${r.line} ${r.column ?? ''}`}
            columns={[
              { id: 'line', header: t('sources.quarantine.line'), number: true, cell: (r) => number(r.line) },
              { id: 'column', header: t('sources.quarantine.column'), cell: (r) => r.column || t('parts.none') },
              { id: 'value', header: t('sources.quarantine.value'), cell: (r) => r.value || t('parts.none') },
              { id: 'reason', header: t('sources.quarantine.reason'), cell: (r) => r.reason },
            ]}
          />
        )}
      </Loaded>
    </Card>
  );
}
