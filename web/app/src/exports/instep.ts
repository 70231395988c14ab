import { useTranslation } from 'react-i18next';
import type { Api } from '../api/client';
import { useFormats } from '../languages/format';
import { goesOn, needsSomebody } from '../parts/StatusBadge';

type Export = Api['Export'];
type Code = Api['OutOfStepReason']['code'];

/** Whether the list is not as the segments say though nothing is wrong with the export: no run is under way, nobody has to decide. */
export const behind = (e: Export) => !!e.out_of_step && !goesOn(e.status) && !needsSomebody(e.status);

/** Reasons that the status of an export tells already. */
const told: Code[] = ['never_run', 'last_run_failed', 'last_run_canceled'];

/** Whether there is more to say than the status does. */
export const moved = (e: Export) => behind(e) && !!e.out_of_step?.reasons.some((r) => !told.includes(r.code));

/** Whether the list is as the segments say. */
export const inStep = (e: Export) => !e.out_of_step && !goesOn(e.status) && !needsSomebody(e.status) && !e.removing;

/** Whether the people of a segment are others now than those that the list has, as far as is known. */
export const hasOlder = (e: Export, segment: string) =>
  e.segment_ids.includes(segment) &&
  !!e.out_of_step?.reasons.some((r) =>
    r.code === 'data_newer'
      ? !r.segments?.length || r.segments.some((s) => s.id === segment)
      : r.code === 'segment_changed' && r.segments?.some((s) => s.id === segment),
  );

/** Words for why a list is not as its segments say. */
export function useBehindWords() {
  const { t, i18n } = useTranslation();
  const { dateTime } = useFormats();
  const one = (r: Api['OutOfStepReason']) => {
    const names = new Intl.ListFormat(i18n.language, { type: 'conjunction' }).format(
      (r.segments ?? []).map((s) => s.name),
    );
    const key = r.code === 'data_newer' && r.segments?.length ? 'members_newer' : r.code;
    return t(`exports.behind.reason.${key}`, { names, count: r.segments?.length ?? 0, defaultValue: '' });
  };
  return {
    /** Why, in sentences; a reason of a newer server is passed over. */
    why: (e: Export) => (e.out_of_step?.reasons ?? []).map(one).filter(Boolean).join(' '),
    /** What will mend it by itself; nothing where somebody has to run it. */
    next: (e: Export, standing: Api['TaskStanding'] | undefined) =>
      standing?.next_at &&
      t(e.schedule.mode === 'own' ? 'exports.behind.next_own' : 'exports.behind.next_refresh', {
        at: dateTime(standing.next_at),
      }),
  };
}
