import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Api } from '../api/client';
import { useFormats } from '../languages/format';
import { Bar } from '../parts/Bars';
import { Card, Empty, Facts } from '../parts/Card';
import { Loaded } from '../parts/Loaded';
import { overlapQuery, segmentsQuery } from './queries';
import { SegmentSelect } from './SegmentSelect';

/** How many are in this segment and in another one as well. */
export function Overlap({ segment }: { segment: Api['Segment'] }) {
  const { t } = useTranslation();
  const [other, setOther] = useState('');
  const list = useQuery(segmentsQuery);
  return (
    <Card title={t('segments.overlap.title')}>
      <Loaded query={list}>
        {(all) => {
          const others = all.filter((s) => s.id !== segment.id);
          if (others.length === 0) return <Empty text={t('segments.overlap.none')} />;
          return (
            <div className="stack">
              <div style={{ maxWidth: 360 }}>
                <SegmentSelect label={t('segments.overlap.with')} value={other} segments={others} onChange={setOther} />
              </div>
              {other && <Shared id={segment.id} other={other} />}
            </div>
          );
        }}
      </Loaded>
    </Card>
  );
}

function Shared({ id, other }: { id: string; other: string }) {
  const { t } = useTranslation();
  const { percent } = useFormats();
  return (
    <Loaded query={useQuery(overlapQuery(id, other))}>
      {({ segments: [a, b], all, any }) =>
        a &&
        b && (
          <>
            <Bar
              label={t('segments.overlap.any')}
              total={any}
              parts={[
                { id: 'a', label: t('segments.overlap.only', { name: a.name }), count: a.only, tone: 'info' },
                { id: 'both', label: t('segments.overlap.both'), count: all, tone: 'good' },
                { id: 'b', label: t('segments.overlap.only', { name: b.name }), count: b.only, tone: 'still' },
              ]}
            />
            <Facts
              facts={[a, b]
                .filter((s) => s.members > 0)
                .map((s): [string, string] => [t('segments.overlap.share', { name: s.name }), percent(s.share)])}
            />
          </>
        )
      }
    </Loaded>
  );
}
