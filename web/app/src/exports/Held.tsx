import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Api } from '../api/client';
import { useFormats } from '../languages/format';
import { Notice } from '../parts/Card';
import { ErrorPanel } from '../parts/ErrorPanel';
import { useExportActions } from './actions';
import classes from './difference.module.css';

/** A held run in short: what it would do and why it waits, who may answer, and both answers side by side with what each does. */
export function Held({ run, plan, mayEdit }: { run: Api['Run']; plan: Api['Plan']; mayEdit: boolean }) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const { answer } = useExportActions();
  const what =
    plan.remove > 0
      ? t('exports.held.what', { count: plan.remove, n: number(plan.remove) })
      : t('exports.held.other', { add: number(plan.add), update: number(plan.update) });
  return (
    <Notice tone="warn">
      <div className="stack">
        <p>
          <strong>{what}</strong>
        </p>
        {(plan.held ?? []).map((h) => (
          <p key={h.code}>
            {t(`exports.held.reason.${h.code}`, { n: number(h.count), of: number(h.of), defaultValue: h.code })}
          </p>
        ))}
        <p>{t(mayEdit ? 'exports.held.you_may' : 'exports.held.whom')}</p>
        {answer.error && <ErrorPanel error={answer.error} />}
        {mayEdit && (
          <div className={classes.choices}>
            <div>
              <Button loading={answer.isPending} onClick={() => answer.mutate({ id: run.id, choice: 'release' })}>
                {t('exports.held.release')}
              </Button>
              <p className="muted">
                {t('exports.held.release_does', { add: number(plan.add), remove: number(plan.remove) })}
              </p>
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
        )}
      </div>
    </Notice>
  );
}
