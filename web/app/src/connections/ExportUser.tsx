import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Api, api, send } from '../api/client';
import { useFormats } from '../languages/format';
import { Card, Notice } from '../parts/Card';
import { ErrorPanel } from '../parts/ErrorPanel';
import { useMe } from '../parts/roles';
import { useWho } from '../parts/useWho';
import { useWork } from '../parts/useWork';
import { connectionQuery } from './queries';

/** On whose behalf the connection's exports run, and taking that over with one's own credentials. */
export function ExportUser({ connection: c, mayChange }: { connection: Api['Connection']; mayChange: boolean }) {
  const { t } = useTranslation();
  const { dateTime } = useFormats();
  const { me } = useMe();
  const who = useWho();
  const client = useQueryClient();
  const { busy, error, work } = useWork();
  const [done, setDone] = useState(false);
  const user = c.export_user;
  const nobody = !user || user.kind === 'none';
  const mine = user?.kind === 'person' && user.person_id === me?.id;
  const take = () =>
    work(async () => {
      const now = await send(api.PUT('/api/v1/connections/{id}/export-user', { params: { path: { id: c.id } } }));
      client.setQueryData(connectionQuery(c.id).queryKey, now);
      setDone(true);
      await client.invalidateQueries({ queryKey: ['exports'] });
      await client.invalidateQueries({ queryKey: ['connections', c.id, 'exports'] });
    });
  return (
    <Card title={t('connections.export_user.title')}>
      <div className="stack">
        {nobody ? (
          <Notice tone="warn">{t('connections.export_user.none')}</Notice>
        ) : (
          <p>
            {t('connections.export_user.is', {
              name: who(user.name ?? ''),
              at: user.at ? dateTime(user.at) : t('parts.none'),
            })}
          </p>
        )}
        {done && <Notice tone="good">{t('connections.export_user.done')}</Notice>}
        {error !== undefined && <ErrorPanel error={error} />}
        {mayChange && !mine && (
          <>
            <p className="muted">
              {nobody
                ? t('connections.export_user.means')
                : t('connections.export_user.take_means', { name: who(user.name ?? '') })}
            </p>
            <div>
              <Button variant="default" loading={busy} onClick={take}>
                {nobody ? t('connections.export_user.add') : t('connections.export_user.take')}
              </Button>
            </div>
          </>
        )}
      </div>
    </Card>
  );
}
