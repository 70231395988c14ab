import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../languages/format';
import { ListPage } from '../parts/ListPage';
import { connectionsQuery } from './queries';

export default function Connections() {
  const { t } = useTranslation();
  const { dateTime } = useFormats();
  return (
    <ListPage
      title={t('connections.title')}
      sentence={t('connections.sentence')}
      query={useQuery(connectionsQuery)}
      rowKey={(c) => c.id}
      name={(c) => c.name}
      text={(c) => `${c.name} ${c.account.company}`}
      empty={{ text: t('connections.empty') }}
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
          id: 'account',
          header: t('connections.column.account'),
          value: (c) => c.account.company,
          cell: (c) => c.account.company,
        },
        {
          id: 'shared',
          header: t('connections.column.who'),
          value: (c) => c.shared,
          cell: (c) => (c.shared ? t('connections.who.shared') : t('connections.who.administrators')),
        },
        {
          id: 'checked',
          header: t('connections.column.checked'),
          value: (c) => c.checked_at,
          cell: (c) => (c.checked_at ? dateTime(c.checked_at) : t('parts.none')),
        },
      ]}
    />
  );
}
