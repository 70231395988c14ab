import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, send } from '../api/client';
import { useFormats } from '../languages/format';
import { Card } from '../parts/Card';
import { DataTable } from '../parts/DataTable';
import { ErrorPanel } from '../parts/ErrorPanel';
import { Loaded } from '../parts/Loaded';
import { browserOf } from './agent';
import { sessionsQuery } from './queries';

export function Sessions() {
  const { t } = useTranslation();
  const { dateTime } = useFormats();
  const client = useQueryClient();
  const end = useMutation({
    mutationFn: (id: string) => send(api.DELETE('/api/v1/me/sessions/{id}', { params: { path: { id } } })),
    onSettled: () => client.invalidateQueries({ queryKey: ['sessions'] }),
  });
  return (
    <Card title={t('account.sessions.title')}>
      <div className="stack">
        {end.error && <ErrorPanel error={end.error} />}
        <Loaded query={useQuery(sessionsQuery)}>
          {(list) => (
            <DataTable
              label={t('account.sessions.title')}
              rows={list}
              rowKey={(s) => s.id}
              columns={[
                {
                  id: 'agent',
                  header: t('account.sessions.agent'),
                  cell: (s) => <span title={s.agent}>{browserOf(s.agent ?? '') ?? (s.agent || t('parts.none'))}</span>,
                },
                { id: 'from', header: t('account.sessions.from'), cell: (s) => s.from || t('parts.none') },
                { id: 'since', header: t('account.sessions.since'), cell: (s) => dateTime(s.created_at) },
                { id: 'seen', header: t('account.sessions.seen'), cell: (s) => dateTime(s.seen_at) },
                {
                  id: 'end',
                  header: t('account.sessions.state'),
                  cell: (s) =>
                    s.current ? (
                      t('account.sessions.this')
                    ) : (
                      <Button
                        size="compact-sm"
                        variant="default"
                        loading={end.isPending && end.variables === s.id}
                        onClick={() => end.mutate(s.id)}
                      >
                        {t('account.sessions.end')}
                      </Button>
                    ),
                },
              ]}
            />
          )}
        </Loaded>
      </div>
    </Card>
  );
}
