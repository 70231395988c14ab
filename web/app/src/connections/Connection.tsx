import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Api } from '../api/client';
import { exportsQuery } from '../exports/queries';
import { useFormats } from '../languages/format';
import { Card, Empty, Facts } from '../parts/Card';
import { Loaded } from '../parts/Loaded';
import { Page } from '../parts/Page';
import { StatusBadge } from '../parts/StatusBadge';
import { useWho } from '../parts/useWho';
import { connectionQuery } from './queries';

export default function ConnectionPage() {
  const { t } = useTranslation();
  const { id } = useParams({ strict: false }) as { id: string };
  const query = useQuery(connectionQuery(id));
  return (
    <Page
      title={query.data?.name ?? t('connections.one')}
      sentence={query.data && t(`connections.type.${query.data.type}`)}
      back={{ to: '/connections', label: t('connections.title') }}
    >
      <Loaded query={query}>{(connection) => <Detail value={connection} />}</Loaded>
    </Page>
  );
}

function Detail({ value: c }: { value: Api['Connection'] }) {
  const { t } = useTranslation();
  const { dateTime } = useFormats();
  const who = useWho();
  const exports = useQuery(exportsQuery);
  return (
    <>
      <Card title={t('connections.account')}>
        <Facts
          facts={[
            [t('connections.company'), c.account.company],
            [t('connections.plan'), c.account.plan],
            [t('connections.credits'), c.account.credits],
            [t('connections.key'), c.key_tail && t('connections.key_tail', { tail: c.key_tail })],
            [t('connections.address'), c.base_url],
            [t('connections.column.checked'), c.checked_at && dateTime(c.checked_at)],
          ]}
        />
      </Card>
      <Card title={t('connections.use')}>
        <Facts
          facts={[
            [t('connections.column.who'), c.shared ? t('connections.who.shared') : t('connections.who.administrators')],
            [
              t('connections.consent'),
              c.consent.at && t('connections.agreed', { by: who(c.consent.by), at: dateTime(c.consent.at) }),
            ],
          ]}
        />
      </Card>
      <Card title={t('connections.used.title')}>
        <Loaded query={exports}>
          {(all) => {
            const users = all.filter((e) => e.connection_id === c.id);
            if (users.length === 0) return <Empty text={t('connections.used.none')} />;
            return (
              <ul className="plain">
                {users.map((e) => (
                  <li key={e.id}>
                    <Link to="/exports/$id" params={{ id: e.id }}>
                      {e.name}
                    </Link>
                    <StatusBadge status={e.status} />
                  </li>
                ))}
              </ul>
            );
          }}
        </Loaded>
      </Card>
    </>
  );
}
