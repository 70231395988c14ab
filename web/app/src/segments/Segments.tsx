import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../languages/format';
import { ListPage } from '../parts/ListPage';
import { MemberCount } from './MemberCount';
import { segmentsQuery } from './queries';

export default function Segments() {
  const { t } = useTranslation();
  const { dateTime } = useFormats();
  return (
    <ListPage
      title={t('segments.title')}
      sentence={t('segments.sentence')}
      query={useQuery(segmentsQuery)}
      rowKey={(s) => s.id}
      name={(s) => s.name}
      text={(s) => `${s.name} ${s.description ?? ''}`}
      empty={{ text: t('segments.empty') }}
      columns={[
        {
          id: 'name',
          header: t('segments.column.name'),
          value: (s) => s.name,
          cell: (s) => (
            <Link to="/segments/$id" params={{ id: s.id }}>
              {s.name}
            </Link>
          ),
        },
        {
          id: 'description',
          header: t('segments.column.description'),
          value: (s) => s.description,
          cell: (s) => s.description || t('parts.none'),
        },
        { id: 'members', header: t('segments.column.members'), number: true, cell: (s) => <MemberCount id={s.id} /> },
        { id: 'changed', header: t('parts.changed'), value: (s) => s.updated_at, cell: (s) => dateTime(s.updated_at) },
      ]}
    />
  );
}
