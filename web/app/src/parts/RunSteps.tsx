import {
  IconCircle,
  IconCircleCheck,
  IconCircleX,
  IconClock,
  IconHandStop,
  IconLoader,
  IconRefreshAlert,
} from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Api } from '../api/client';
import { useFormats } from '../languages/format';
import classes from './bars.module.css';

const order = ['plan', 'check', 'send', 'settle'] as const;
const icons = {
  done: IconCircleCheck,
  now: IconLoader,
  waiting: IconClock,
  retrying: IconRefreshAlert,
  held: IconHandStop,
  stopped: IconCircleX,
  later: IconCircle,
};

export type StepState = keyof typeof icons;

/** How each of the four steps stands. */
export function stepStates(run: Pick<Api['Run'], 'status' | 'step' | 'ended' | 'kind'>): StepState[] {
  const at = order.indexOf(run.step ?? 'plan');
  const well = run.status === 'successful' || run.status === 'successful_with_rejects';
  return order.map((_, i) => {
    if (well) return run.kind === 'dry_run' && i > 1 ? 'later' : 'done';
    if (i < at) return 'done';
    if (i > at || run.status === 'queued') return 'later';
    if (run.status === 'held') return 'held';
    if (run.status === 'waiting_for_brevo') return 'waiting';
    if (run.status === 'failed_retrying') return 'retrying';
    return run.ended ? 'stopped' : 'now';
  });
}

/** A run as its four steps, with the live count in the one that runs. */
export function RunSteps({ run }: { run: Api['Run'] }) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const p = run.progress;
  const counts: Record<string, string | false | undefined> = {
    plan: run.plan && t('parts.steps.planned', { count: run.plan.members, n: number(run.plan.members) }),
    check: !!p.to_read && t('parts.steps.read', { done: number(p.read ?? 0), all: number(p.to_read) }),
    send:
      p.imports + p.removals > 0 &&
      t('parts.steps.sent', { done: number(p.imports_sent + p.removals_done), all: number(p.imports + p.removals) }),
    settle:
      p.imports + p.removals > 0 &&
      t('parts.steps.settled', { done: number(p.imports_done + p.removals_done), all: number(p.imports + p.removals) }),
  };
  return (
    <ol className={classes.steps} aria-label={t('parts.steps.label')}>
      {stepStates(run).map((state, i) => {
        const step = order[i] ?? 'plan';
        const Icon = icons[state];
        return (
          <li
            key={step}
            data-state={state}
            aria-current={['now', 'waiting', 'retrying', 'held'].includes(state) ? 'step' : undefined}
          >
            <b>
              <Icon size={16} aria-hidden />
              {t(`parts.steps.${step}`)}
            </b>
            <span className="muted">{t(`parts.steps.state.${state}`)}</span>
            {counts[step] && <span className="num">{counts[step]}</span>}
          </li>
        );
      })}
    </ol>
  );
}
