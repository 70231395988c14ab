import { Button, Radio } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Api } from '../api/client';
import { useFormats } from '../languages/format';
import { Facts, Notice } from '../parts/Card';
import { ErrorPanel } from '../parts/ErrorPanel';
import { useWho } from '../parts/useWho';
import { useExportActions } from './actions';

type Found = Api['Reconciliation'];
type Choices = { missing: string; sent: string; profile: string; unknown: string };
type Part = keyof Choices;

const options: Record<Part, string[]> = {
  missing: ['resend', 'leave'],
  sent: ['own', 'there_before', 'leave'],
  profile: ['own', 'there_before', 'leave'],
  unknown: ['there_before', 'leave'],
};

/** What reading a list back has found, and what a person decides about the difference. */
export function Reconciled({ run, found, mayEdit }: { run: Api['Run']; found: Found; mayEdit: boolean }) {
  const { t } = useTranslation();
  const { number, dateTime } = useFormats();
  const who = useWho();
  const { decide } = useExportActions();
  const [choices, setChoices] = useState<Choices>({
    missing: 'leave',
    sent: 'leave',
    profile: 'leave',
    unknown: 'leave',
  });
  const counts: Record<Part, number> = {
    missing: found.missing,
    sent: found.extra.sent,
    profile: found.extra.profile,
    unknown: found.extra.unknown,
  };
  const parts = (Object.keys(counts) as Part[]).filter((p) => counts[p] > 0);
  const people = (n: number) => t('exports.people', { count: n, n: number(n) });
  const see = (bucket: string) => (
    <Link to="/exports/$id/runs/$run" params={{ id: run.export_id, run: run.id }} search={{ bucket }}>
      {t('exports.reconcile.see')}
    </Link>
  );
  const save = () =>
    decide.mutate({
      id: run.id,
      decision: {
        missing: choices.missing,
        extra: { sent: choices.sent, profile: choices.profile, unknown: choices.unknown },
      } as Api['DecisionInput'],
    });
  const d = found.decision;
  const decided: Record<Part, string> | undefined = d && {
    missing: d.missing,
    sent: d.extra.sent,
    profile: d.extra.profile,
    unknown: d.extra.unknown,
  };
  return (
    <div className="stack">
      <Facts
        facts={[
          [t('exports.reconcile.listed'), people(found.listed)],
          [t('exports.reconcile.in_step'), people(found.in_step)],
          [t('exports.reconcile.before_gone'), found.there_before_gone > 0 && people(found.there_before_gone)],
        ]}
      />
      {parts.length === 0 && (
        <Notice tone="good">
          <p>{t('exports.reconcile.same')}</p>
        </Notice>
      )}
      {parts.map((p) => (
        <div key={p}>
          {decided || !mayEdit ? (
            <Facts
              facts={[
                [
                  t(`exports.reconcile.part.${p}`, { count: counts[p], n: number(counts[p]) }),
                  decided ? t(`exports.reconcile.choice.${p}.${decided[p]}`) : t('exports.reconcile.undecided'),
                ],
              ]}
            />
          ) : (
            <Radio.Group
              label={t(`exports.reconcile.part.${p}`, { count: counts[p], n: number(counts[p]) })}
              value={choices[p]}
              onChange={(v) => setChoices({ ...choices, [p]: v })}
            >
              <div className="stack" style={{ gap: 8, margin: '8px 0' }}>
                {options[p].map((o) => (
                  <Radio key={o} value={o} label={t(`exports.reconcile.choice.${p}.${o}`)} />
                ))}
              </div>
            </Radio.Group>
          )}
          {see(p === 'missing' ? 'missing' : 'extra')}
        </div>
      ))}
      {decide.error && <ErrorPanel error={decide.error} />}
      {d ? (
        <p className="muted">{t('exports.reconcile.decided', { who: who(d.by), at: dateTime(d.at) })}</p>
      ) : (
        parts.length > 0 &&
        mayEdit && (
          <div>
            <Button loading={decide.isPending} onClick={save}>
              {t('exports.reconcile.decide')}
            </Button>
            <p className="muted" style={{ marginTop: 8 }}>
              {t('exports.reconcile.decide_does')}
            </p>
          </div>
        )
      )}
    </div>
  );
}
