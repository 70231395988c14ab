import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Api } from '../api/client';
import { useFormats } from '../languages/format';
import type { Column } from '../parts/DataTable';
import { ListPage } from '../parts/ListPage';
import { useMe } from '../parts/roles';
import { useWho } from '../parts/useWho';
import { connectionsQuery } from './queries';

export default function Connections() {
  const { t } = useTranslation();
  const { dateTime } = useFormats();
  const { may } = useMe();
  const who = useWho();
  const navigate = useNavigate();
  const all = may('administrator');
  const adminColumns: Column<Api['Connection']>[] = [
    {
      id: 'account',
      header: t('connections.column.account'),
      value: (c) => c.account.company,
      cell: (c) => c.account.company,
    },
    {
      id: 'user',
      header: t('connections.export_user.title'),
      value: (c) => c.export_user?.name,
      cell: (c) =>
        c.removing_at
          ? t('connections.remove.state')
          : c.export_user && c.export_user.kind !== 'none'
            ? who(c.export_user.name ?? '')
            : c.draft
              ? t('connections.draft.state')
              : t('connections.export_user.missing'),
    },
    {
      id: 'checked',
      whole: true,
      header: t('connections.column.checked'),
      value: (c) => c.checked_at,
      cell: (c) => (c.checked_at ? dateTime(c.checked_at) : t('parts.none')),
    },
  ];
  const add = all && <Button onClick={() => navigate({ to: '/connections/new' })}>{t('connections.add.verb')}</Button>;
  return (
    <ListPage
      title={t('connections.title')}
      sentence={t('connections.sentence')}
      query={useQuery(connectionsQuery)}
      rowActions={
        all
          ? [
              {
                label: t('connections.edit.verb'),
                run: (c) => navigate({ to: '/connections/$id/edit', params: { id: c.id } }),
                disabled: (c) => !!c.removing_at,
              },
            ]
          : undefined
      }
      rowKey={(c) => c.id}
      name={(c) => c.name}
      text={(c) => `${c.name} ${c.account.company}`}
      actions={add}
      empty={{ text: all ? t('connections.empty') : t('connections.empty_for_you') }}
      columns={[
        {
          id: 'name',
          header: t('connections.column.name'),
          value: (c) => c.name,
          cell: (c) => (
            <Link to="/connections/$id" params={{ id: c.id }}>
              {c.name}
            </Link>
          ),
        },
        {
          id: 'type',
          header: t('connections.column.type'),
          value: (c) => c.type,
          cell: (c) => t(`connections.type.${c.type}`),
        },
        {
          id: 'shared',
          header: t('connections.column.who'),
          value: (c) => c.shared,
          cell: (c) => (c.shared ? t('connections.who.shared') : t('connections.who.administrators')),
        },
        ...(all ? adminColumns : []),
      ]}
    />
  );
}
