import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../languages/format';
import { ListPage } from '../parts/ListPage';
import { useMe } from '../parts/roles';
import { MemberCount } from './MemberCount';
import { segmentsQuery } from './queries';
import { RemoveSegment } from './RemoveSegment';
import { keeps, useScheduleWords } from './Schedule';

export default function Segments() {
  const { t } = useTranslation();
  const { dateTime, number } = useFormats();
  const words = useScheduleWords();
  const { may } = useMe();
  const navigate = useNavigate();
  const [removing, setRemoving] = useState<{ id: string; name: string }>();
  const add = (
    <Button component={Link} to="/segments/new">
      {t('segments.add')}
    </Button>
  );
  return (
    <ListPage
      actions={may('contributor') && add}
      title={t('segments.title')}
      sentence={t('segments.sentence')}
      query={useQuery(segmentsQuery)}
      rowKey={(s) => s.id}
      name={(s) => s.name}
      text={(s) => `${s.name} ${s.description ?? ''}`}
      empty={{ text: t('segments.empty') }}
      rowActions={
        may('contributor')
          ? [
              {
                label: t('segments.edit'),
                run: (s) => void navigate({ to: '/segments/$id/edit', params: { id: s.id } }),
              },
              {
                label: t('segments.duplicate'),
                run: (s) => void navigate({ to: '/segments/new', search: { from: s.id } }),
              },
              { label: t('segments.remove.verb'), tone: 'bad', run: setRemoving },
            ]
          : undefined
      }
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
        {
          id: 'members',
          header: t('segments.column.members'),
          number: true,
          cell: (s) =>
            keeps(s.schedule) ? (
              s.evaluation ? (
                <span className="num">{number(s.evaluation.members)}</span>
              ) : (
                t('parts.none')
              )
            ) : (
              <MemberCount id={s.id} />
            ),
        },
        {
          id: 'schedule',
          header: t('segments.schedule.title'),
          value: (s) => words(s.schedule),
          cell: (s) => (
            <>
              {words(s.schedule)}
              {s.evaluation && (
                <>
                  <br />
                  <span className="muted">{t('segments.kept.of', { at: dateTime(s.evaluation.at) })}</span>
                </>
              )}
              {keeps(s.schedule) && !s.evaluation?.current && (
                <>
                  <br />
                  <span style={{ color: 'var(--warn)' }}>{t('segments.kept.needed')}</span>
                </>
              )}
            </>
          ),
        },
        { id: 'changed', header: t('parts.changed'), value: (s) => s.updated_at, cell: (s) => dateTime(s.updated_at) },
      ]}
    >
      {removing && <RemoveSegment segment={removing} onClose={() => setRemoving(undefined)} />}
    </ListPage>
  );
}
