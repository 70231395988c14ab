import { Button } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Api, api, send } from '../api/client';
import { ApiError } from '../api/problem';
import { useFormats } from '../languages/format';
import { Card, Empty, Facts, Notice } from '../parts/Card';
import { Confirm } from '../parts/Confirm';
import { DataTable } from '../parts/DataTable';
import { ErrorPanel } from '../parts/ErrorPanel';
import { Loaded } from '../parts/Loaded';
import { Page } from '../parts/Page';
import { useMe } from '../parts/roles';
import { StatusBadge } from '../parts/StatusBadge';
import { useFirst } from '../parts/useFirst';
import { beyondTheLimit, canBeForced } from './faults';
import { quarantineQuery, sourceQuery } from './queries';
import { readsDatabase } from './reading';
import { statusOf } from './status';
import { useFault } from './useFault';
import { useReason } from './useReason';

export default function SourcePage() {
  const { t } = useTranslation();
  const { dateTime, number, percent } = useFormats();
  const { id } = useParams({ strict: false }) as { id: string };
  const { may } = useMe();
  const query = useQuery(sourceQuery(id));
  const changes = query.data && may(readsDatabase(query.data) ? 'administrator' : 'contributor');
  const client = useQueryClient();
  const navigate = useNavigate();
  const fault = useFault();
  const [asking, setAsking] = useState<'remove' | 'force'>();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const [taken, setTaken] = useState(false);
  const ingest = async (force: boolean) => {
    setBusy(true);
    setError(undefined);
    setTaken(false);
    try {
      await send(api.POST('/api/v1/sources/{id}/ingest', { params: { path: { id }, query: { force } } }));
      setTaken(true);
    } catch (e) {
      setError(e);
    } finally {
      setBusy(false);
      await client.invalidateQueries({ queryKey: ['sources'] });
    }
  };
  return (
    <Page
      title={query.data?.name ?? t('sources.one')}
      beside={query.data && <StatusBadge status={statusOf(query.data)} />}
      back={{ to: '/sources', label: t('sources.title') }}
      actions={
        query.data &&
        may('contributor') && (
          <>
            {changes && (
              <>
                <Button variant="default" onClick={() => setAsking('remove')}>
                  {t('sources.remove.verb')}
                </Button>
                <Button component={Link} variant="default" to={`/sources/${id}/edit`}>
                  {t('sources.edit')}
                </Button>
              </>
            )}
            <Button loading={busy} onClick={() => ingest(false)}>
              {t('sources.ingest.now')}
            </Button>
          </>
        )
      }
    >
      <Loaded query={query}>
        {(source) => {
          const failure = source.ingest?.failure;
          const tookOver = !!source.ingest?.at;
          const failed = failure
            ? new ApiError(failure.code ?? 'unexpected', failure.message, '', '', '', 1)
            : error instanceof ApiError
              ? error
              : undefined;
          return (
            <>
              {taken && (
                <Notice tone="good">
                  <p>
                    {t('sources.ingest.taken', {
                      count: source.ingest?.rows ?? 0,
                      n: number(source.ingest?.rows ?? 0),
                    })}
                  </p>
                  <Link to="/profile" search={{ source: id }}>
                    {t('sources.ingest.next')}
                  </Link>
                </Notice>
              )}
              {error !== undefined && !failure && <ErrorPanel error={error} said={fault(error)} />}
              {failure && <ErrorPanel error={failed} said={fault(failed)} />}
              {failed && canBeForced(failed.detail + failed.remedy) && may('contributor') && (
                <Notice tone="warn">
                  <p>{t('sources.ingest.refused')}</p>
                  <Button mt="sm" size="compact-sm" variant="default" onClick={() => setAsking('force')}>
                    {t('sources.ingest.force')}
                  </Button>
                </Notice>
              )}
              {failed && beyondTheLimit(failed.detail) && (
                <Notice tone="info">
                  <p>{t('sources.ingest.limit', { share: percent(source.max_bad_rows) })}</p>
                  {changes && (
                    <Link to="/sources/$id/edit" params={{ id }}>
                      {t('sources.ingest.change_limit')}
                    </Link>
                  )}
                </Notice>
              )}
              {failure && <p>{t(source.ingest?.at ? 'sources.ingest.earlier' : 'sources.ingest.none')}</p>}
              <Facts
                facts={[
                  [t('sources.column.kind'), source.kind && t(`sources.kind.${source.kind}`)],
                  [t('sources.column.path'), source.path],
                  [t('sources.database.host'), source.database?.host],
                  [t('sources.database.port'), source.database?.port || undefined],
                  [t('sources.database.name'), source.database?.name],
                  [t('sources.database.user'), source.database?.user],
                  [t('sources.database.table'), source.database?.table],
                  [t('sources.database.query'), source.database?.query],
                  [
                    t('sources.column.rows'),
                    tookOver && <span className="num">{number(source.ingest?.rows ?? 0)}</span>,
                  ],
                  [
                    t('sources.column.quarantined'),
                    tookOver && <span className="num">{number(source.ingest?.quarantined ?? 0)}</span>,
                  ],
                  [t('sources.column.at'), source.ingest?.at && dateTime(source.ingest.at)],
                ]}
              />
              <Card title={t('sources.columns.title')}>
                {source.ingest?.columns.length ? (
                  <div className="stack">
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
                    <Almost source={source} edits={!!changes} />
                  </div>
                ) : (
                  <Empty text={t('sources.columns.none')} />
                )}
              </Card>
              {may('contributor') && !!(source.ingest?.refused || source.ingest?.quarantined) && (
                <Quarantine source={source} />
              )}
              <Confirm
                opened={asking === 'remove'}
                title={t('sources.remove.title', { name: source.name })}
                verb={t('sources.remove.verb')}
                onClose={() => setAsking(undefined)}
                onConfirm={async () => {
                  await send(api.DELETE('/api/v1/sources/{id}', { params: { path: { id } } }));
                  await navigate({ to: '/sources' });
                  client.removeQueries({ queryKey: ['sources', id] });
                  await client.invalidateQueries({ queryKey: ['sources'], exact: true });
                }}
              >
                {readsDatabase(source) ? t('sources.remove.what_database') : t('sources.remove.what')}
              </Confirm>
              <Confirm
                opened={asking === 'force'}
                title={t('sources.ingest.force')}
                verb={t('sources.ingest.force')}
                onClose={() => setAsking(undefined)}
                onConfirm={() => ingest(true)}
              >
                {readsDatabase(source) ? t('sources.ingest.force_what_database') : t('sources.ingest.force_what')}
              </Confirm>
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}

/** Why columns are text of which almost all values have another type, and where that type is chosen. */
function Almost({ source, edits }: { source: Api['Source']; edits: boolean }) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const columns = (source.ingest?.columns ?? []).flatMap((c) => (c.almost ? [{ name: c.name, ...c.almost }] : []));
  if (columns.length === 0) return null;
  return (
    <Notice tone="info">
      {columns.map((c) => (
        <p key={c.name}>
          {t('sources.form.almost', {
            column: c.name,
            line: number(c.line),
            n: number(c.values),
            of: number(c.of),
            what: t(`sources.almost.${c.type as 'number' | 'date' | 'datetime'}`),
          })}
        </p>
      ))}
      {edits && (
        <Link to="/sources/$id/edit" params={{ id: source.id }}>
          {t('sources.columns.choose')}
        </Link>
      )}
    </Notice>
  );
}

function Quarantine({ source }: { source: Api['Source'] }) {
  const { id } = source;
  const { t } = useTranslation();
  const { number } = useFormats();
  const said = useReason();
  const query = useInfiniteQuery(quarantineQuery(id));
  const all = (query.data?.pages.flatMap((p) => p.items) ?? []).map((r, n) => ({ ...r, n }));
  const { rows, hasMore, more } = useFirst(all, query);
  return (
    <Card
      title={t('sources.quarantine.title')}
      actions={
        <Button
          component="a"
          href={`/api/v1/sources/${encodeURIComponent(id)}/quarantine.csv`}
          download
          variant="default"
          size="compact-sm"
          leftSection={<IconDownload size={16} aria-hidden />}
        >
          {t('sources.quarantine.download')}
        </Button>
      }
    >
      <div className="stack">
        <p className="muted">
          {t(source.ingest?.refused ? 'sources.quarantine.what_refused' : 'sources.quarantine.what')}
        </p>
        {query.error ? (
          <ErrorPanel error={query.error} onRetry={() => query.refetch()} />
        ) : (
          <DataTable
            label={t('sources.quarantine.title')}
            rows={rows}
            rowKey={(r) => String(r.n)}
            columns={[
              {
                id: 'line',
                header: readsDatabase(source) ? t('sources.quarantine.row') : t('sources.quarantine.line'),
                number: true,
                cell: (r) => number(r.line),
              },
              { id: 'column', header: t('sources.quarantine.column'), cell: (r) => r.column || t('parts.none') },
              { id: 'value', header: t('sources.quarantine.value'), cell: said.value },
              { id: 'reason', header: t('sources.quarantine.reason'), cell: said.reason },
            ]}
          />
        )}
        {hasMore && (
          <Button variant="default" w="fit-content" loading={query.isFetchingNextPage} onClick={more}>
            {t('sources.quarantine.more')}
          </Button>
        )}
      </div>
    </Card>
  );
}
