import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Api } from '../api/client';
import { ApiError } from '../api/problem';
import { useFormats } from '../languages/format';
import { Card, Facts, Notice } from '../parts/Card';
import { Confirm } from '../parts/Confirm';
import { ErrorPanel } from '../parts/ErrorPanel';
import { onTheList, PlanBars, ReceiptBars } from '../parts/ReceiptBars';
import { RunSteps } from '../parts/RunSteps';
import { useWho } from '../parts/useWho';
import { useExportActions } from './actions';
import { Difference } from './Difference';
import { Held } from './Held';
import { Reasons } from './Reasons';
import { Reconciled } from './Reconciled';
import { useExportWords } from './words';

/** The error of a run, as every other error is told. */
export const errorOf = (e: Api['RunError']) => new ApiError(e.code ?? 'unexpected', e.message, e.remedy, '', '', 1);

/** What is wrong with the export itself, and mended where it is edited. */
const mendedByEditing = ['list_missing', 'attribute_missing'];

/** One run as it stands: steps while it goes on, the difference while it is held, the receipt when it ended. Its heading says which run, but on a page that does. */
export function RunPanel({ run, mayEdit, heading }: { run: Api['Run']; mayEdit: boolean; heading?: string }) {
  const { t } = useTranslation();
  const { dateTime, number } = useFormats();
  const words = useExportWords();
  const who = useWho();
  const { answer } = useExportActions();
  const [cancelling, setCancelling] = useState(false);
  const held = run.status === 'held';
  const dry = run.kind === 'dry_run';
  const advice = run.plan?.reconcile_advised;
  const size = run.receipt?.list_size ?? -1;
  // Who is on the list and not of this export; after a run that only removes nobody is said to be.
  const rest = run.receipt && run.receipt.members > 0 ? size - onTheList(run.receipt) : 0;
  const sharing = (
    <Link
      to="/exports/$id/runs/$run"
      params={{ id: run.export_id, run: run.id }}
      search={{ bucket: 'duplicate' }}
      hash="people"
    >
      {t('exports.people_of.see')}
    </Link>
  );
  return (
    <Card
      title={heading ?? t(`exports.kind.${run.kind}`, { at: dateTime(run.started_at ?? run.created_at) })}
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
        {held && run.plan && <Held run={run} plan={run.plan} mayEdit={mayEdit} />}
        {(!run.ended || run.error) && <RunSteps run={run} />}
        {run.error && !held && <ErrorPanel error={errorOf(run.error)} />}
        {run.error && mayEdit && mendedByEditing.includes(run.error.code ?? '') && (
          <Link to="/exports/$id/edit" params={{ id: run.export_id }}>
            {t('exports.edit.export')}
          </Link>
        )}
        {(held || (dry && run.ended)) && run.plan && <Difference run={run} plan={run.plan} />}
        {run.receipt ? (
          <ReceiptBars receipt={run.receipt} see={sharing} />
        ) : (
          run.plan && <PlanBars plan={run.plan} see={sharing} />
        )}
        <Reasons run={run} />
        {run.receipt && <Facts facts={words.withheld(run.receipt.withheld)} />}
        {run.stop && !run.ended && (
          <Notice tone="warn">
            <p>{t(`exports.stop.${run.stop}`)}</p>
          </Notice>
        )}
        {dry && run.ended && run.plan && (
          <p className="muted">
            {t('exports.expected', {
              calls: number(Object.values(run.plan.calls ?? {}).reduce((a, b) => a + b, 0)),
              seconds: number(run.plan.expected_seconds),
            })}
          </p>
        )}
        {advice && (
          <Notice tone="info">
            <p>
              {t('exports.reconcile.advised', { size: number(advice.list_size), expected: number(advice.expected) })}
            </p>
          </Notice>
        )}
        {run.reconciliation && <Reconciled run={run} found={run.reconciliation} mayEdit={mayEdit} />}
        <Facts
          facts={[
            [t('exports.runs.by'), who(run.requested_by)],
            [t('exports.runs.released_by'), run.released && who(run.released_by ?? '')],
            [t('exports.runs.ended'), run.ended_at && dateTime(run.ended_at)],
            [
              t('exports.column.size'),
              size >= 0 && (
                <span className="num">
                  {rest > 0 ? t('exports.list_holds', { size: number(size), rest: number(rest) }) : number(size)}
                </span>
              ),
            ],
          ]}
        />
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
