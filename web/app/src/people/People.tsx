import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, everything, send } from '../api/client';
import { useFormats } from '../languages/format';
import { ListPage } from '../parts/ListPage';

const peopleQuery = {
  queryKey: ['people'],
  queryFn: () => everything((after) => send(api.GET('/api/v1/people', { params: { query: { after, limit: 200 } } }))),
};

export default function People() {
  const { t } = useTranslation();
  const { dateTime } = useFormats();
  return (
    <ListPage
      title={t('people.title')}
      sentence={t('people.sentence')}
      query={useQuery(peopleQuery)}
      rowKey={(p) => p.id}
      name={(p) => p.name}
      text={(p) => `${p.name} ${p.email}`}
      empty={{ text: t('people.empty') }}
      columns={[
        { id: 'name', header: t('people.column.name'), value: (p) => p.name, cell: (p) => p.name },
        { id: 'email', header: t('people.column.email'), value: (p) => p.email, cell: (p) => p.email },
        {
          id: 'role',
          header: t('people.column.role'),
          value: (p) => t(`shell.role.${p.role}`),
          cell: (p) => t(`shell.role.${p.role}`),
        },
        {
          id: 'state',
          header: t('people.column.state'),
          value: (p) => p.off,
          cell: (p) => (p.off ? t('people.off') : t('people.on')),
        },
        {
          id: 'signs',
          header: t('people.column.signs_in'),
          cell: (p) =>
            [
              p.has_password && t('people.by.password'),
              p.has_one_time_codes && t('people.by.codes'),
              p.has_single_sign_on && t('people.by.sso'),
            ]
              .filter(Boolean)
              .join(', ') || t('parts.none'),
        },
        {
          id: 'since',
          header: t('people.column.since'),
          value: (p) => p.created_at,
          cell: (p) => dateTime(p.created_at),
        },
      ]}
    />
  );
}
