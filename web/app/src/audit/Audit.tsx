import { Button, Select, TextInput } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, send } from '../api/client';
import { useFormats } from '../languages/format';
import { Empty } from '../parts/Card';
import { DataTable } from '../parts/DataTable';
import { ErrorPanel } from '../parts/ErrorPanel';
import { Page } from '../parts/Page';
import { useWho } from '../parts/useWho';
import classes from './audit.module.css';
import { EntryDialog } from './Entry';
import { type AuditSearch, auditSearch, type Entry, matches, past } from './filter';
import { useThing } from './useThing';
import { Verify } from './Verify';

const shownAtOnce = 50;

export default function Audit() {
  const { t } = useTranslation();
  const { dateTime, number } = useFormats();
  const who = useWho();
  const thing = useThing();
  const navigate = useNavigate();
  const search = auditSearch(useSearch({ strict: false }));
  const [entry, setEntry] = useState<Entry>();
  const [verifying, setVerifying] = useState(false);
  const [wanted, setWanted] = useState(shownAtOnce);
  const query = useInfiniteQuery({
    queryKey: ['audit'],
    queryFn: ({ pageParam }) =>
      send(api.GET('/api/v1/audit', { params: { query: { after: pageParam || undefined, limit: 200 } } })),
    initialPageParam: '',
    getNextPageParam: (last) => last.next_cursor || undefined,
  });
  const all = query.data?.pages.flatMap((p) => p.items) ?? [];
  const found = all.filter((e) => matches(e, search, who, thing));
  const more = query.hasNextPage && !past(all.at(-1), search);
  const { fetchNextPage, isFetchingNextPage, isError } = query;
  const short = found.length < wanted && more && !isFetchingNextPage && !isError;
  useEffect(() => {
    if (short) void fetchNextPage(); // the log is read back until enough is found
  }, [short, fetchNextPage]);
  const change = (next: AuditSearch) => {
    setWanted(shownAtOnce);
    void navigate({ to: '.', search: auditSearch({ ...search, ...next }) as never, replace: true });
  };
  const field = (key: 'who' | 'what' | 'on') => (
    <TextInput
      label={t(`audit.column.${key}`)}
      value={search[key] ?? ''}
      onChange={(e) => change({ [key]: e.currentTarget.value || undefined })}
    />
  );
  const day = (key: 'from' | 'to') => (
    <TextInput
      type="date"
      label={t(`audit.day.${key}`)}
      value={search[key] ?? ''}
      onChange={(e) => change({ [key]: e.currentTarget.value || undefined })}
    />
  );
  return (
    <Page
      wide
      title={t('audit.title')}
      sentence={t('audit.sentence')}
      actions={
        <>
          <Button variant="default" onClick={() => setVerifying(true)}>
            {t('audit.verify.verb')}
          </Button>
          <Button
            component="a"
            href="/api/v1/audit.ndjson"
            download
            variant="default"
            leftSection={<IconDownload size={16} aria-hidden />}
          >
            {t('audit.download')}
          </Button>
        </>
      }
    >
      {query.error && <ErrorPanel error={query.error} onRetry={() => query.refetch()} />}
      {query.data && all.length === 0 && <Empty text={t('audit.empty')} />}
      {all.length > 0 && (
        <>
          <search className={classes.filters}>
            {field('who')}
            {field('what')}
            {field('on')}
            <Select
              label={t('audit.column.outcome')}
              value={search.outcome ?? null}
              onChange={(v) => change({ outcome: (v as AuditSearch['outcome']) ?? undefined })}
              placeholder={t('audit.outcome.any')}
              clearable
              clearButtonProps={{ 'aria-label': t('audit.outcome.any') }}
              data={[
                { value: 'done', label: t('audit.outcome.done') },
                { value: 'refused', label: t('audit.outcome.refused') },
              ]}
            />
            {day('from')}
            {day('to')}
          </search>
          <DataTable
            label={t('audit.title')}
            rows={found.slice(0, wanted)}
            rowKey={(e) => String(e.number)}
            none={more ? t('audit.looking') : t('audit.none_found')}
            columns={[
              { id: 'number', header: t('audit.column.number'), number: true, cell: (e) => number(e.number) },
              { id: 'at', header: t('audit.column.at'), whole: true, cell: (e) => dateTime(e.at) },
              {
                id: 'who',
                header: t('audit.column.who'),
                cell: (e) => [who(e.actor.name), e.actor.from].filter(Boolean).join(', '),
              },
              { id: 'what', header: t('audit.column.what'), whole: true, cell: (e) => <code>{e.action}</code> },
              {
                id: 'on',
                header: t('audit.column.on'),
                cell: (e) => (
                  <>
                    {thing(e) || t('parts.none')}
                    {!e.name && e.id && <code className="break muted"> {e.id}</code>}
                  </>
                ),
              },
              {
                id: 'outcome',
                header: t('audit.column.outcome'),
                cell: (e) =>
                  e.outcome === 'done' ? t('audit.outcome.done') : t('audit.outcome.code', { code: e.outcome }),
              },
              {
                id: 'more',
                header: t('audit.changes'),
                cell: (e) => (
                  <Button
                    size="compact-sm"
                    variant="default"
                    aria-label={t('audit.show_of', { n: number(e.number) })}
                    onClick={() => setEntry(e)}
                  >
                    {t('audit.show')}
                  </Button>
                ),
              },
            ]}
          />
          <p className="muted" role="status">
            {t('audit.looked', { count: all.length, n: number(all.length) })}
          </p>
        </>
      )}
      {(found.length > wanted || (more && found.length >= wanted)) && (
        <Button
          variant="default"
          loading={isFetchingNextPage}
          onClick={() => setWanted(wanted + shownAtOnce)}
          style={{ alignSelf: 'center' }}
        >
          {t('audit.more')}
        </Button>
      )}
      {entry && <EntryDialog entry={entry} onClose={() => setEntry(undefined)} />}
      {verifying && <Verify onClose={() => setVerifying(false)} />}
    </Page>
  );
}
