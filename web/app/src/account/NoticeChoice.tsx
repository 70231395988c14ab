import { Switch } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, send } from '../api/client';
import { meQuery } from '../api/queries';
import { Card } from '../parts/Card';
import { ErrorPanel } from '../parts/ErrorPanel';
import { useWork } from '../parts/useWork';

/** Whether one is told by mail what needs somebody. */
export function NoticeChoice({ on }: { on: boolean }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { busy, error, work } = useWork();
  const choose = (now: boolean) =>
    work(async () => {
      await send(api.PUT('/api/v1/me/notices', { body: { on: now } }));
      await client.invalidateQueries({ queryKey: meQuery.queryKey });
    });
  return (
    <Card title={t('account.notices.title')}>
      <div className="stack">
        <Switch
          label={t('account.notices.on')}
          description={t('account.notices.means')}
          checked={on}
          disabled={busy}
          onChange={(e) => void choose(e.currentTarget.checked)}
        />
        {error !== undefined && <ErrorPanel error={error} />}
      </div>
    </Card>
  );
}
