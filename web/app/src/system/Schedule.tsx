import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../languages/format';
import { Empty, Facts } from '../parts/Card';
import { Loaded } from '../parts/Loaded';
import { Page } from '../parts/Page';
import { scheduleQuery } from './queries';

export default function Schedule() {
  const { t } = useTranslation();
  const { dateTime } = useFormats();
  return (
    <Page title={t('system.schedule.title')} sentence={t('system.schedule.sentence')}>
      <Loaded query={useQuery(scheduleQuery)}>
        {(s) =>
          s.on ? (
            <Facts
              facts={[
                [
                  t('system.schedule.days'),
                  s.days?.length ? s.days.map((d) => t(`system.day.${d}`)).join(', ') : t('system.schedule.every_day'),
                ],
                [t('system.schedule.times'), s.times?.join(', ')],
                [t('system.schedule.zone'), s.time_zone],
                [t('system.schedule.next'), s.next_at && dateTime(s.next_at)],
              ]}
            />
          ) : (
            <Empty text={t('system.schedule.off')} />
          )
        }
      </Loaded>
    </Page>
  );
}
