import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Api } from '../../api/client';
import { connectionQuery } from '../../connections/queries';
import { useFormats } from '../../languages/format';
import { Card, Facts } from '../../parts/Card';
import { useMe } from '../../parts/roles';
import { useWho } from '../../parts/useWho';

/** Who may change and run an export, and on whose behalf it runs. */
export function AccessTab({ value: e }: { value: Api['Export'] }) {
  const { t } = useTranslation();
  const { dateTime } = useFormats();
  const { may } = useMe();
  const who = useWho();
  const admin = may('administrator');
  const connection = useQuery({ ...connectionQuery(e.connection_id), enabled: admin && e.connection_id !== '' }).data;
  const user = connection?.export_user;
  return (
    <Card title={t('exports.tab.access')}>
      <div className="stack">
        <Facts
          facts={[
            [t('exports.column.permissions'), t(`exports.permissions.${e.your_permissions}`)],
            [
              t('exports.column.connection'),
              e.detached ? (
                t('exports.access.detached', { name: e.detached.connection, at: dateTime(e.detached.at) })
              ) : connection ? (
                <Link key="connection" to="/connections/$id" params={{ id: connection.id }}>
                  {e.connection.name}
                </Link>
              ) : (
                e.connection.name
              ),
            ],
            [
              t('exports.access.who'),
              connection && (connection.shared ? t('exports.access.shared') : t('exports.access.administrators')),
            ],
            [
              t('exports.access.user'),
              user &&
                (user.kind === 'none'
                  ? t('parts.status.needs_export_user')
                  : user.name
                    ? who(user.name)
                    : t('parts.who.machine')),
            ],
          ]}
        />
        <p className="muted">{t('exports.access.what')}</p>
        {e.your_permissions !== 'edit' && may('contributor') && <p>{t('exports.edit.view_only')}</p>}
      </div>
    </Card>
  );
}
