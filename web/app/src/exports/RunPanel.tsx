import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Api } from '../api/client';
import { ApiError } from '../api/problem';
import { useFormats } from '../languages/format';
import { Card, Facts, Notice } from '../parts/Card';
import { Confirm } from '../parts/Confirm';
import { ErrorPanel } from '../parts/ErrorPanel';
import { PlanBars, ReceiptBars } from '../parts/ReceiptBars';
import { RunSteps } from '../parts/RunSteps';
import { useExportActions } from './actions';
import { useExportWords } from './words';

/** The error of a run, as every other error is told. */
export const errorOf = (e: Api['RunError']) => new ApiError(e.code ?? 'unexpected', e.message, e.remedy, '', '', 1);

/** One run as it stands: steps while it goes on, the difference while it is held, the receipt when it ended. */
export function RunPanel({ run, mayEdit }: { run: Api['Run']; mayEdit: boolean }) {
  const { t } = useTranslation();
  const { dateTime, number } = useFormats();
  const words = useExportWords();
  const { answer } = useExportActions();
  const [cancelling, setCancelling] = useState(false);
  const held = run.status === 'held';
  const reasons = Object.entries(run.receipt?.reasons ?? run.plan?.reasons ?? {}).filter(([, n]) => n > 0);
  return (
    <Card
      title={t(`exports.kind.${run.kind}`, { at: dateTime(run.started_at ?? run.created_at) })}
      actions={
        mayEdit &&
        !run.ended &&
        !held && (
          <Button
            variant="default"
            size="compact-sm"
            disabled={run.cancel_requested}
            onClick={() => setCancelling(true)}
          >
            {run.cancel_requested ? t('exports.cancel.asked') : t('exports.cancel.verb')}
          </Button>
        )
      }
    >
      <div className="stack">
        {(!run.ended || run.error) && <RunSteps run={run} />}
        {run.error && <ErrorPanel error={errorOf(run.error)} />}
        {held && run.plan && <Held run={run} plan={run.plan} mayEdit={mayEdit} />}
        {run.receipt ? <ReceiptBars receipt={run.receipt} /> : run.plan && <PlanBars plan={run.plan} />}
        {reasons.length > 0 && (
          <Facts
            facts={reasons.map(([code, n]): [string, string] => [
              words.reason(code),
              t('exports.people', { count: n, n: number(n) }),
            ])}
          />
        )}
        {run.kind === 'dry_run' && run.ended && run.plan && (
          <p className="muted">
            {t('exports.expected', {
              calls: number(Object.values(run.plan.calls ?? {}).reduce((a, b) => a + b, 0)),
              seconds: number(run.plan.expected_seconds),
            })}
          </p>
        )}
      </div>
      <Confirm
        opened={cancelling}
        title={t('exports.cancel.title')}
        verb={t('exports.cancel.verb')}
        onConfirm={() => answer.mutateAsync({ id: run.id, choice: 'cancel' })}
        onClose={() => setCancelling(false)}
      >
        {t('exports.cancel.what')}
      </Confirm>
    </Card>
  );
}

function Held({ run, plan, mayEdit }: { run: Api['Run']; plan: Api['Plan']; mayEdit: boolean }) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const { answer } = useExportActions();
  return (
    <Notice tone="warn">
      <div className="stack">
        <p>
          <strong>{t('exports.held.what', { count: plan.remove, n: number(plan.remove) })}</strong>
        </p>
        {(plan.held ?? []).map((h) => (
          <p key={h.code}>
            {t(`exports.held.reason.${h.code}`, { n: number(h.count), of: number(h.of), defaultValue: h.code })}
          </p>
        ))}
        {answer.error && <ErrorPanel error={answer.error} />}
        {mayEdit ? (
          <div className="row wide">
            <div>
              <Button loading={answer.isPending} onClick={() => answer.mutate({ id: run.id, choice: 'release' })}>
                {t('exports.held.release')}
              </Button>
              <p className="muted">{t('exports.held.release_does')}</p>
            </div>
            <div>
              <Button
                variant="default"
                loading={answer.isPending}
                onClick={() => answer.mutate({ id: run.id, choice: 'refuse' })}
              >
                {t('exports.held.refuse')}
              </Button>
              <p className="muted">{t('exports.held.refuse_does')}</p>
            </div>
          </div>
        ) : (
          <p>{t('exports.held.whom')}</p>
        )}
      </div>
    </Notice>
  );
}
