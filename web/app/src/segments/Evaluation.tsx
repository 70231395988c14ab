import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { type Api, api, send } from '../api/client';
import { errorOf } from '../exports/RunPanel';
import { useFormats } from '../languages/format';
import { Card, Facts, Notice } from '../parts/Card';
import { ErrorPanel } from '../parts/ErrorPanel';
import { useMe } from '../parts/roles';
import { goesOn, StatusBadge } from '../parts/StatusBadge';
import { statusQuery } from '../system/queries';
import { useScheduleWords } from './Schedule';

/** The members that are stored of a segment: how many, since when, when they are evaluated next, and a button that does it now. */
export function Evaluation({ segment }: { segment: Api['Segment'] }) {
  const { t } = useTranslation();
  const { dateTime, number } = useFormats();
  const { may } = useMe();
  const client = useQueryClient();
  const words = useScheduleWords();
  const standing = useQuery(statusQuery).data?.tasks.find((x) => x.kind === 'segment' && x.object_id === segment.id);
  const evaluate = useMutation({
    mutationFn: () => send(api.POST('/api/v1/segments/{id}/evaluate', { params: { path: { id: segment.id } } })),
    onSettled: () => client.invalidateQueries({ queryKey: ['status'] }),
  });
  const running = !!standing && goesOn(standing.status);
  const ended = standing?.runs?.find((r) => r.ended_at)?.ended_at;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what an evaluation stored is read when it has ended
  useEffect(() => {
    void client.invalidateQueries({ queryKey: ['segments', segment.id] });
  }, [ended, client, segment.id]);
  const e = segment.evaluation;
  return (
    <Card
      title={t('segments.kept.title')}
      actions={
        may('contributor') && (
          <Button
            variant="default"
            size="compact-sm"
            loading={evaluate.isPending}
            disabled={running}
            onClick={() => evaluate.mutate()}
          >
            {t('segments.kept.evaluate')}
          </Button>
        )
      }
    >
      <div className="stack">
        {!running && e && !e.current && (
          <Notice tone="warn">
            <p>{t('segments.kept.outdated')}</p>
          </Notice>
        )}
        {!running && !e && !standing?.error && (
          <Notice tone="warn">
            <p>{t('segments.kept.never')}</p>
          </Notice>
        )}
        {standing?.error && !running && <ErrorPanel error={errorOf(standing.error)} />}
        {evaluate.error && <ErrorPanel error={evaluate.error} />}
        <Facts
          facts={[
            [t('segments.kept.members'), e && <span className="num">{number(e.members)}</span>],
            [t('segments.kept.at'), e && dateTime(e.at)],
            [t('segments.kept.data_at'), e && dateTime(e.data_at)],
            [t('segments.schedule.title'), words(segment.schedule)],
            [t('segments.kept.next'), standing?.next_at && dateTime(standing.next_at)],
            [
              t('segments.kept.last'),
              standing && standing.status !== 'not_started' && <StatusBadge status={standing.status} />,
            ],
          ]}
        />
        <p className="muted">{t('segments.kept.what')}</p>
      </div>
    </Card>
  );
}
