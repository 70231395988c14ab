import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Api } from '../../api/client';
import { useFormats } from '../../languages/format';
import { Card, Empty, Notice } from '../../parts/Card';
import { Confirm } from '../../parts/Confirm';
import { DataTable } from '../../parts/DataTable';
import { Loaded } from '../../parts/Loaded';
import { useWho } from '../../parts/useWho';
import { useExportActions } from '../actions';
import { exportPeopleQuery } from '../queries';

type Counted = 'owned' | 'acknowledged' | 'there_before' | 'kept' | 'orphaned';
const counted: Counted[] = ['owned', 'acknowledged', 'there_before', 'kept', 'orphaned'];

/** Whom an export owns and keeps on its lists, and who was left behind by others. */
export function PeopleTab({ value: e, mayEdit }: { value: Api['Export']; mayEdit: boolean }) {
  const { t } = useTranslation();
  const { number, dateTime } = useFormats();
  const who = useWho();
  const navigate = useNavigate();
  const { adopt, start } = useExportActions();
  const [asking, setAsking] = useState<'adopt' | 'kept'>();
  const people = useQuery(exportPeopleQuery(e.id));
  const kept = people.data?.lists?.reduce((n, l) => n + l.kept, 0) ?? 0;
  return (
    <Card title={t('exports.tab.people')}>
      <Loaded query={people}>
        {(p) => (
          <div className="stack">
            {p.lists.length === 0 ? (
              <Empty text={t('exports.owned.none')} />
            ) : (
              <DataTable
                label={t('exports.tab.people')}
                rows={p.lists}
                rowKey={(l) => String(l.list_id)}
                columns={[
                  {
                    id: 'list',
                    header: t('exports.column.list'),
                    cell: (l) => (l.list_id === e.list_id && e.list_name ? `${e.list_name} (${l.list_id})` : l.list_id),
                  },
                  ...counted.map((c) => ({
                    id: c,
                    header: t(`exports.owned.${c}`),
                    number: true,
                    cell: (l: Api['OnList']) => number(l[c]),
                  })),
                ]}
              />
            )}
            <p className="muted">{t('exports.owned.what')}</p>
            {p.orphaned > 0 && (
              <Notice tone="info">
                <p>{t('exports.adopt.there', { count: p.orphaned, n: number(p.orphaned) })}</p>
                {mayEdit && (
                  <Button mt="sm" size="compact-sm" variant="default" onClick={() => setAsking('adopt')}>
                    {t('exports.adopt.verb')}
                  </Button>
                )}
              </Notice>
            )}
            {kept > 0 && (
              <Notice tone="info">
                <p>{t('exports.remove_kept.there', { count: kept, n: number(kept) })}</p>
                {mayEdit && (
                  <Button mt="sm" size="compact-sm" variant="default" onClick={() => setAsking('kept')}>
                    {t('exports.remove_kept.verb')}
                  </Button>
                )}
              </Notice>
            )}
            {p.adoptions.map((a) => (
              <p key={a.at} className="muted">
                {t('exports.adopt.done', { who: who(a.by), at: dateTime(a.at), count: a.owned, n: number(a.owned) })}
              </p>
            ))}
          </div>
        )}
      </Loaded>
      <Confirm
        opened={asking === 'adopt'}
        title={t('exports.adopt.title')}
        verb={t('exports.adopt.verb')}
        onConfirm={() => adopt.mutateAsync(e.id)}
        onClose={() => setAsking(undefined)}
      >
        {t('exports.adopt.what')}
      </Confirm>
      <Confirm
        opened={asking === 'kept'}
        title={t('exports.remove_kept.title')}
        verb={t('exports.remove_kept.verb')}
        onConfirm={async () => {
          const r = await start.mutateAsync({ id: e.id, kind: 'remove_kept' });
          void navigate({ to: '/exports/$id/runs/$run', params: { id: e.id, run: r.id } });
        }}
        onClose={() => setAsking(undefined)}
      >
        {t('exports.remove_kept.what')}
      </Confirm>
    </Card>
  );
}
