import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Api } from '../api/client';
import { useFormats } from '../languages/format';
import { Card, Empty, Facts } from '../parts/Card';
import { Loaded } from '../parts/Loaded';
import { Page } from '../parts/Page';
import { useMe } from '../parts/roles';
import { Evaluation } from './Evaluation';
import { History } from './History';
import { MemberCount } from './MemberCount';
import { Members } from './Members';
import { OlderLists } from './OlderLists';
import { Overlap } from './Overlap';
import { segmentQuery, usesQuery } from './queries';
import { RemoveSegment } from './RemoveSegment';
import { Rules } from './Rules';
import { keeps, useScheduleWords } from './Schedule';
import { Uses } from './Uses';

export default function SegmentPage() {
  const { t } = useTranslation();
  const { dateTime } = useFormats();
  const { id } = useParams({ strict: false }) as { id: string };
  const { may } = useMe();
  const navigate = useNavigate();
  const [removing, setRemoving] = useState(false);
  const query = useQuery(segmentQuery(id));
  const words = useScheduleWords();
  // What is next with a segment that goes nowhere yet is a list for it.
  const exported = useQuery(usesQuery(id)).data?.some((use) => use.kind === 'export') ?? true;
  const toList = (
    <Button
      variant={exported ? 'default' : 'filled'}
      onClick={() => void navigate({ to: '/exports/new', search: { segment: id } })}
    >
      {t('segments.export_to_list')}
    </Button>
  );
  return (
    <Page
      title={query.data?.name ?? t('segments.one')}
      sentence={query.data?.description}
      back={{ to: '/segments', label: t('segments.title') }}
      actions={
        query.data &&
        may('contributor') && (
          <>
            <Button variant="default" onClick={() => setRemoving(true)}>
              {t('segments.remove.verb')}
            </Button>
            <Button variant="default" onClick={() => void navigate({ to: '/segments/new', search: { from: id } })}>
              {t('segments.duplicate')}
            </Button>
            {exported && toList}
            <Button component={Link} to={`/segments/${id}/edit`} variant={exported ? 'filled' : 'default'}>
              {t('segments.edit')}
            </Button>
            {!exported && toList}
          </>
        )
      }
    >
      <Loaded query={query}>
        {(segment) => (
          <>
            <OlderLists id={id} />
            <Facts
              facts={[
                [
                  keeps(segment.schedule) ? t('segments.kept.now') : t('segments.column.members'),
                  <MemberCount key="count" id={id} />,
                ],
                [t('segments.schedule.title'), !keeps(segment.schedule) && words(segment.schedule)],
                [t('segments.time_zone'), segment.time_zone],
                [t('parts.changed'), dateTime(segment.updated_at)],
              ]}
            />
            {keeps(segment.schedule) && <Evaluation segment={segment} />}
            <Card title={t('segments.rules')}>
              <Rules segment={segment} />
            </Card>
            <Members id={id} kept={keeps(segment.schedule)} />
            <History id={id} />
            <Overlap segment={segment} />
            <UsedBy segment={segment} />
            {removing && (
              <RemoveSegment
                segment={segment}
                onRemoved={() => void navigate({ to: '/segments' })}
                onClose={() => setRemoving(false)}
              />
            )}
          </>
        )}
      </Loaded>
    </Page>
  );
}

function UsedBy({ segment }: { segment: Api['Segment'] }) {
  const { t } = useTranslation();
  return (
    <Card title={t('segments.used.title')}>
      <Loaded query={useQuery(usesQuery(segment.id))}>
        {(uses) => (uses.length === 0 ? <Empty text={t('segments.used.none')} /> : <Uses uses={uses} />)}
      </Loaded>
    </Card>
  );
}
