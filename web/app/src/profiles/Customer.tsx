import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Api } from '../api/client';
import { exportsQuery } from '../exports/queries';
import { useExportWords } from '../exports/words';
import { useFormats } from '../languages/format';
import { Card, Empty, Facts } from '../parts/Card';
import { DataTable } from '../parts/DataTable';
import { useErrorTexts } from '../parts/ErrorPanel';
import { Loaded } from '../parts/Loaded';
import { Page } from '../parts/Page';
import { BuildNotice } from '../unify/BuildNotice';
import { ClusterView } from '../unify/ClusterView';
import { clustersQuery, joins, unificationQuery } from '../unify/queries';
import { customerQuery } from './queries';

/** One customer: the fields, the segments, the lists, and what runs did. */
export default function Customer() {
  const { t } = useTranslation();
  const texts = useErrorTexts();
  const { id } = useParams({ strict: false }) as { id: string };
  return (
    <Page title={t('profiles.customer.title', { id })} back={{ to: '/profiles', label: t('profiles.title') }}>
      <Loaded query={useQuery(customerQuery(id))}>
        {(p) => (
          <>
            <Card title={t('profiles.customer.fields')}>
              <Facts facts={p.values.map((v) => [v.field, v.value || t('parts.none')])} />
            </Card>
            <MadeOf id={id} />
            <Card title={t('profiles.customer.segments')}>
              {p.segments.length === 0 ? (
                <Empty text={t('profiles.customer.in_none')} />
              ) : (
                <ul className="plain">
                  {p.segments.map((s) => (
                    <li key={s.segment_id}>
                      <Link to="/segments/$id" params={{ id: s.segment_id }}>
                        {s.name}
                      </Link>
                      {s.failure && (
                        <span className="muted">{t('profiles.customer.unknown', { why: texts(s.failure).what })}</span>
                      )}
                    </li>
                  ))}
                </ul>
              )}
            </Card>
            <Lists standings={p.standings} />
            <Activity rows={p.activity} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

/** The rows that the profile is made of, where there are several. */
function MadeOf({ id }: { id: string }) {
  const { t } = useTranslation();
  const unified = useQuery(unificationQuery).data;
  const query = useInfiniteQuery({ ...clustersQuery({ profile: id }), enabled: !!unified && joins(unified) });
  const [separated, setSeparated] = useState(false);
  const cluster = query.data?.pages[0]?.items[0];
  if (!cluster) return null;
  return (
    <Card title={t('unify.cluster.made_of')}>
      <div className="stack">
        {separated && <BuildNotice text={t('unify.separate.done')} />}
        <ClusterView cluster={cluster} nameless onSeparated={() => setSeparated(true)} />
      </div>
    </Card>
  );
}

function Lists({ standings }: { standings: Api['Standing'][] }) {
  const { t } = useTranslation();
  const { dateTime } = useFormats();
  const exports = useQuery(exportsQuery).data ?? [];
  const of = (id: string) => exports.find((e) => e.id === id);
  return (
    <Card title={t('profiles.customer.lists')}>
      <DataTable
        label={t('profiles.customer.lists')}
        rows={standings}
        rowKey={(s) => `${s.export_id} ${s.list_id}`}
        none={t('profiles.customer.on_none')}
        columns={[
          {
            id: 'export',
            header: t('profiles.customer.export'),
            cell: (s) => (
              <Link to="/exports/$id" params={{ id: s.export_id }}>
                {of(s.export_id)?.name ?? s.export_id}
              </Link>
            ),
          },
          {
            id: 'list',
            header: t('profiles.customer.list'),
            cell: (s) => {
              const e = of(s.export_id);
              return e?.list_id === s.list_id && e.list_name ? e.list_name : String(s.list_id);
            },
          },
          {
            id: 'standing',
            header: t('profiles.customer.standing'),
            cell: (s) => t(`profiles.ownership.${s.ownership}`),
          },
          {
            id: 'sent',
            header: t('profiles.customer.first_sent'),
            cell: (s) => (s.first_sent_at ? dateTime(s.first_sent_at) : t('parts.none')),
          },
          {
            id: 'proved',
            header: t('profiles.customer.acknowledged'),
            cell: (s) =>
              s.acknowledged && s.acknowledged_at
                ? dateTime(s.acknowledged_at)
                : t('profiles.customer.not_acknowledged'),
          },
        ]}
      />
    </Card>
  );
}

function Activity({ rows }: { rows: Api['RunRow'][] }) {
  const { t, i18n } = useTranslation();
  const { dateTime } = useFormats();
  const { reason } = useExportWords();
  const bucket = (b: string) => (i18n.exists(`parts.bucket.${b}`) ? t(`parts.bucket.${b}`) : b);
  return (
    <Card title={t('profiles.customer.activity')}>
      <DataTable
        label={t('profiles.customer.activity')}
        rows={rows.map((row, n) => ({ ...row, n }))}
        rowKey={(r) => String(r.n)}
        none={t('profiles.customer.nothing_yet')}
        columns={[
          { id: 'at', header: t('profiles.customer.at'), cell: (r) => (r.at ? dateTime(r.at) : t('parts.none')) },
          {
            id: 'what',
            header: t('profiles.customer.what'),
            cell: (r) => bucket(r.bucket) + (r.settled ? '' : ` ${t('profiles.customer.planned')}`),
          },
          { id: 'list', header: t('profiles.customer.list'), cell: (r) => String(r.list_id ?? t('parts.none')) },
          {
            id: 'said',
            header: t('profiles.customer.brevo_said'),
            cell: (r) => [reason(r.reason), r.why, r.attribute].filter(Boolean).join(' · ') || t('parts.none'),
          },
          {
            id: 'process',
            header: t('profiles.customer.process'),
            cell: (r) => (r.process_id ? String(r.process_id) : t('parts.none')),
          },
        ]}
      />
    </Card>
  );
}
