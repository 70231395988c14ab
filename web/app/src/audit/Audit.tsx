import { Button } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, send } from '../api/client';
import { useFormats } from '../languages/format';
import { Empty } from '../parts/Card';
import { DataTable } from '../parts/DataTable';
import { ErrorPanel } from '../parts/ErrorPanel';
import { Page } from '../parts/Page';

export default function Audit() {
  const { t } = useTranslation();
  const { dateTime, number } = useFormats();
  const query = useInfiniteQuery({
    queryKey: ['audit'],
    queryFn: ({ pageParam }) =>
      send(api.GET('/api/v1/audit', { params: { query: { after: pageParam || undefined, limit: 100 } } })),
    initialPageParam: '',
    getNextPageParam: (last) => last.next_cursor || undefined,
  });
  const entries = query.data?.pages.flatMap((p) => p.items) ?? [];
  return (
    <Page
      wide
      title={t('audit.title')}
      sentence={t('audit.sentence')}
      actions={
        <Button
          component="a"
          href="/api/v1/audit.ndjson"
          download
          variant="default"
          leftSection={<IconDownload size={16} aria-hidden />}
        >
          {t('audit.download')}
        </Button>
      }
    >
      {query.error && <ErrorPanel error={query.error} onRetry={() => query.refetch()} />}
      {query.data && entries.length === 0 && <Empty text={t('audit.empty')} />}
      {entries.length > 0 && (
        <DataTable
          label={t('audit.title')}
          rows={entries}
          rowKey={(e) => String(e.number)}
          columns={[
            { id: 'number', header: t('audit.column.number'), number: true, cell: (e) => number(e.number) },
            { id: 'at', header: t('audit.column.at'), cell: (e) => dateTime(e.at) },
            {
              id: 'who',
              header: t('audit.column.who'),
              cell: (e) => [e.actor.name, e.actor.from].filter(Boolean).join(', '),
            },
            { id: 'what', header: t('audit.column.what'), cell: (e) => <code>{e.action}</code> },
            {
              id: 'on',
              header: t('audit.column.on'),
              cell: (e) => <code>{[e.kind, e.id].filter(Boolean).join(' ') || t('parts.none')}</code>,
            },
            { id: 'outcome', header: t('audit.column.outcome'), cell: (e) => e.outcome },
          ]}
        />
      )}
      {query.hasNextPage && (
        <Button
          variant="default"
          loading={query.isFetchingNextPage}
          onClick={() => query.fetchNextPage()}
          style={{ alignSelf: 'center' }}
        >
          {t('audit.more')}
        </Button>
      )}
    </Page>
  );
}
