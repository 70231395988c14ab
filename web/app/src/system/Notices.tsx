import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Api } from '../api/client';
import { useFormats } from '../languages/format';
import { Card, Empty } from '../parts/Card';
import { DataTable } from '../parts/DataTable';
import { Loaded } from '../parts/Loaded';
import { peopleQuery } from '../people/queries';
import { noticesQuery } from './queries';

/** What people were told, and what became of each message. */
export function Notices() {
  const { t } = useTranslation();
  const { dateTime } = useFormats();
  const query = useQuery(noticesQuery);
  return (
    <Card title={t('system.told.title')}>
      <Loaded query={query}>
        {(list) =>
          list.length === 0 ? (
            <Empty text={t('system.told.none')} />
          ) : (
            <DataTable
              label={t('system.told.title')}
              rows={list}
              rowKey={(n) => n.id}
              columns={[
                { id: 'name', header: t('system.told.about'), cell: (n) => <About notice={n} /> },
                { id: 'kind', header: t('system.told.what'), cell: (n) => t(`system.told.kind.${n.kind}`) },
                { id: 'at', header: t('audit.column.at'), cell: (n) => dateTime(n.at) },
                { id: 'to', header: t('system.told.deliveries'), cell: (n) => <Deliveries notice={n} /> },
              ]}
            />
          )
        }
      </Loaded>
    </Card>
  );
}

function About({ notice: n }: { notice: Api['Notice'] }) {
  const { t } = useTranslation();
  const name = n.name || t(`system.status.kinds.${n.task}`);
  if (n.task === 'export' && n.object_id) {
    return (
      <Link to="/exports/$id" params={{ id: n.object_id }}>
        {name}
      </Link>
    );
  }
  return <>{name}</>;
}

function Deliveries({ notice: n }: { notice: Api['Notice'] }) {
  const { t } = useTranslation();
  const people = useQuery(peopleQuery).data ?? [];
  if (n.deliveries.length === 0) return <>{t('system.told.nobody')}</>;
  const name = (d: Api['Delivery']) =>
    d.channel === 'webhook'
      ? t('system.notices.webhook')
      : (people.find((p) => p.id === d.person_id)?.name ?? t('system.told.somebody'));
  return (
    <ul className="plain" style={{ gap: 4 }}>
      {n.deliveries.map((d, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a delivery has no id
        <li key={i}>
          {t('system.told.delivery', { to: name(d), state: t(`system.told.state.${d.state}`) })}
          {d.error && d.state !== 'sent' && (
            <span className="muted break" lang="en">
              {d.error}
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}
