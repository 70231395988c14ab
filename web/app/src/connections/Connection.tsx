import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Api, api, send } from '../api/client';
import { settingsQuery } from '../api/settings';
import { exportsQuery } from '../exports/queries';
import { useFormats } from '../languages/format';
import { Card, Empty, Facts, Notice } from '../parts/Card';
import { ErrorPanel } from '../parts/ErrorPanel';
import { Loaded } from '../parts/Loaded';
import { Page } from '../parts/Page';
import { useMe } from '../parts/roles';
import { StatusBadge } from '../parts/StatusBadge';
import { useWho } from '../parts/useWho';
import { useWork } from '../parts/useWork';
import { AccountFacts, ContractUse } from './Account';
import { Draft } from './Draft';
import { ExportUser } from './ExportUser';
import { connectionQuery, usesQuery } from './queries';
import { Remove } from './Remove';
import { RotateKey } from './RotateKey';
import { Statement } from './Statement';

export default function ConnectionPage() {
  const { t } = useTranslation();
  const { may } = useMe();
  const { id } = useParams({ strict: false }) as { id: string };
  const query = useQuery(connectionQuery(id));
  const [dialog, setDialog] = useState<'key' | 'remove'>();
  const [tested, setTested] = useState(false);
  const { busy, error, work } = useWork();
  const client = useQueryClient();
  const navigate = useNavigate();
  const c = query.data;
  const mayChange = may('administrator') && c && !c.removing_at;
  const test = () => {
    setTested(false);
    return work(async () => {
      const now = await send(api.POST('/api/v1/connections/{id}/test', { params: { path: { id } } }));
      client.setQueryData(connectionQuery(id).queryKey, now);
      setTested(true);
    });
  };
  return (
    <Page
      title={c?.name ?? t('connections.one')}
      sentence={c && t(`connections.type.${c.type}`)}
      back={{ to: '/connections', label: t('connections.title') }}
      actions={
        mayChange && (
          <>
            <Button variant="default" loading={busy} onClick={test}>
              {t('connections.test.verb')}
            </Button>
            <Button variant="default" onClick={() => setDialog('key')}>
              {t('connections.rotate.verb')}
            </Button>
            <Button variant="default" onClick={() => setDialog('remove')}>
              {t('connections.remove.verb')}
            </Button>
            <Button onClick={() => navigate({ to: '/connections/$id/edit', params: { id } })}>
              {t('connections.edit.verb')}
            </Button>
          </>
        )
      }
    >
      {error !== undefined && <ErrorPanel error={error} />}
      {tested && c && <Notice tone="good">{t('connections.test.done', { company: c.account.company })}</Notice>}
      <Loaded query={query}>{(connection) => <Detail value={connection} mayChange={!!mayChange} />}</Loaded>
      {c && dialog === 'key' && <RotateKey connection={c} onClose={() => setDialog(undefined)} />}
      {c && dialog === 'remove' && <Remove connection={c} onClose={() => setDialog(undefined)} />}
    </Page>
  );
}

function Detail({ value: c, mayChange }: { value: Api['Connection']; mayChange: boolean }) {
  const { t } = useTranslation();
  const { dateTime } = useFormats();
  const who = useWho();
  const { may } = useMe();
  const use: [string, string] = [
    t('connections.column.who'),
    c.shared ? t('connections.who.shared') : t('connections.who.administrators'),
  ];
  if (!may('administrator')) {
    return (
      <>
        <Card title={t('connections.use')}>
          <div className="stack">
            <Facts
              facts={[
                [t('connections.column.name'), c.name],
                [t('connections.column.type'), t(`connections.type.${c.type}`)],
                use,
              ]}
            />
            <p className="muted">{t('connections.for_you')}</p>
          </div>
        </Card>
        <UsesForContributors id={c.id} />
      </>
    );
  }
  return (
    <>
      {c.draft && <Draft connection={c} mayChange={mayChange} />}
      {c.removing_at && <Notice tone="warn">{t('connections.remove.going', { at: dateTime(c.removing_at) })}</Notice>}
      <Card title={t('connections.account.title')}>
        <div className="stack">
          <AccountFacts
            account={c.account}
            more={[
              [t('connections.key.title'), c.key_tail && t('connections.key.tail', { tail: c.key_tail })],
              [t('connections.account.address'), c.base_url],
              [t('connections.column.checked'), c.checked_at && dateTime(c.checked_at)],
            ]}
          />
          <ContractUse contacts={c.account.contacts} limit={c.contact_limit} />
        </div>
      </Card>
      {!c.draft && <ExportUser connection={c} mayChange={mayChange} />}
      <Card title={t('connections.use')}>
        <div className="stack">
          <Facts
            facts={[
              use,
              [
                t('connections.mirror.title'),
                c.mirror && (c.mirror === 'off' ? t('connections.mirror.is_off') : t('connections.mirror.is_on')),
              ],
              [t('connections.clear.title'), c.clear_empty && t(`connections.clear.state.${c.clear_empty}`)],
            ]}
          />
          {c.mirror === 'off' && <Notice tone="warn">{t('connections.mirror.risk')}</Notice>}
        </div>
      </Card>
      {!c.draft && (
        <Card title={t('connections.consent.title')}>
          <div className="stack">
            {c.consent.at && (
              <p>
                {t('connections.consent.agreed', {
                  by: who(c.consent.by),
                  at: dateTime(c.consent.at),
                  version: c.consent.version,
                })}
              </p>
            )}
            <AgreedStatement version={c.consent.version} />
          </div>
        </Card>
      )}
      <Uses id={c.id} />
    </>
  );
}

function Uses({ id }: { id: string }) {
  const { t } = useTranslation();
  return (
    <Card title={t('connections.used.title')}>
      <Loaded query={useQuery(usesQuery(id))}>{(users) => <Users users={users} />}</Loaded>
    </Card>
  );
}

/** Administrators are told by the connection who uses it; everybody sees the exports, and over which connection they go. */
function UsesForContributors({ id }: { id: string }) {
  const { t } = useTranslation();
  return (
    <Card title={t('connections.used.title')}>
      <Loaded query={useQuery(exportsQuery)}>
        {(all) => <Users users={all.filter((e) => e.connection_id === id)} />}
      </Loaded>
    </Card>
  );
}

function Users({ users }: { users: Pick<Api['Export'], 'id' | 'name' | 'status'>[] }) {
  const { t } = useTranslation();
  if (users.length === 0) return <Empty text={t('connections.used.none')} />;
  return (
    <ul className="plain">
      {users.map((e) => (
        <li key={e.id}>
          <Link to="/exports/$id" params={{ id: e.id }} className="break">
            {e.name}
          </Link>
          <StatusBadge status={e.status} />
        </li>
      ))}
    </ul>
  );
}

/** The text that was agreed to, as long as it is the one in force. */
function AgreedStatement({ version }: { version: string }) {
  const { t } = useTranslation();
  return (
    <Loaded query={useQuery(settingsQuery)}>
      {(s) =>
        s.consent_statement.version === version ? (
          <Statement statement={s.consent_statement} />
        ) : (
          <p className="muted">{t('connections.consent.older', { version })}</p>
        )
      }
    </Loaded>
  );
}
