import { Button, Checkbox } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Api, api, send } from '../api/client';
import { settingsQuery } from '../api/settings';
import { Card, Notice } from '../parts/Card';
import { ErrorPanel } from '../parts/ErrorPanel';
import { Loaded } from '../parts/Loaded';
import { useWork } from '../parts/useWork';
import { connectionQuery } from './queries';
import { Statement } from './Statement';

/** What a draft lacks before its exports run: an administrator who reads the statement, agrees to it and becomes export user. */
export function Draft({ connection, mayChange }: { connection: Api['Connection']; mayChange: boolean }) {
  const { t } = useTranslation();
  return (
    <Card title={t('connections.draft.title')}>
      <div className="stack">
        <Notice tone="warn">{t('connections.draft.means')}</Notice>
        <Loaded query={useQuery(settingsQuery)}>
          {(s) => (
            <>
              <Statement statement={s.consent_statement} />
              {mayChange && <Agree id={connection.id} statement={s.consent_statement.version} />}
            </>
          )}
        </Loaded>
      </div>
    </Card>
  );
}

function Agree({ id, statement }: { id: string; statement: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { busy, error, work } = useWork();
  const [agreed, setAgreed] = useState(false);
  const agree = () =>
    work(async () => {
      const now = await send(
        api.POST('/api/v1/connections/{id}/agreement', {
          params: { path: { id } },
          body: { agree: true, statement },
        }),
      );
      client.setQueryData(connectionQuery(id).queryKey, now);
      await client.invalidateQueries({ queryKey: ['exports'] });
      await client.invalidateQueries({ queryKey: ['connections', id, 'exports'] });
    });
  return (
    <>
      <Checkbox
        label={t('connections.consent.agree')}
        description={t('connections.consent.recorded')}
        checked={agreed}
        onChange={(e) => setAgreed(e.currentTarget.checked)}
      />
      <p className="muted">{t('connections.draft.user')}</p>
      {error !== undefined && <ErrorPanel error={error} />}
      <div>
        <Button loading={busy} disabled={!agreed} onClick={agree}>
          {t('connections.draft.verb')}
        </Button>
      </div>
    </>
  );
}
