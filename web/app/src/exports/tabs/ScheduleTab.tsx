import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Api } from '../../api/client';
import { useFormats } from '../../languages/format';
import { Card, Facts } from '../../parts/Card';
import { FreshnessDialog, ScheduleDialog } from '../dialogs/later';
import { Late } from '../Late';
import { When } from '../When';

type Props = { value: Api['Export']; standing: Api['TaskStanding'] | undefined; mayEdit: boolean };

/** When an export runs by itself, and how fresh its list has to be. */
export function ScheduleTab({ value: e, standing, mayEdit }: Props) {
  const { t } = useTranslation();
  const { dateTime, number } = useFormats();
  const [open, setOpen] = useState<'schedule' | 'freshness'>();
  const within = e.freshness?.within_minutes ?? 0;
  const hours = Math.round(within / 60);
  return (
    <div className="stack">
      <Card
        title={t('exports.tab.schedule')}
        actions={
          mayEdit && (
            <Button variant="default" size="compact-sm" onClick={() => setOpen('schedule')}>
              {t('exports.schedule_one.verb')}
            </Button>
          )
        }
      >
        <Facts
          facts={[
            [t('exports.column.schedule'), <When key="when" schedule={e.schedule} />],
            [t('exports.column.next'), standing?.next_at ? dateTime(standing.next_at) : t('exports.next_none')],
            [t('exports.editor.segments.zone'), e.time_zone || 'UTC'],
          ]}
        />
      </Card>
      <Card
        title={t('exports.freshness.verb')}
        actions={
          mayEdit && (
            <Button variant="default" size="compact-sm" onClick={() => setOpen('freshness')}>
              {t('exports.freshness.change')}
            </Button>
          )
        }
      >
        {within > 0 ? (
          <div className="row">
            <p>{t('exports.freshness.asked', { count: hours, n: number(hours) })}</p>
            {e.freshness?.late && <Late />}
          </div>
        ) : (
          <p className="muted">{t('exports.freshness.nothing')}</p>
        )}
      </Card>
      {open === 'schedule' && <ScheduleDialog exports={[e]} onClose={() => setOpen(undefined)} />}
      {open === 'freshness' && <FreshnessDialog of={e} onClose={() => setOpen(undefined)} />}
    </div>
  );
}
