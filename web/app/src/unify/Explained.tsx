import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Api, api, send } from '../api/client';
import { useFormats } from '../languages/format';
import { DataTable } from '../parts/DataTable';
import { ErrorPanel } from '../parts/ErrorPanel';
import { Loaded } from '../parts/Loaded';
import { useMe } from '../parts/roles';
import { BuildNotice } from './BuildNotice';
import { RefusedList } from './Numbers';
import { explanationQuery } from './queries';
import { useRowName, useRuleName } from './rows';

/** Why two rows are one person or are not: what the last build did, what people said, and what each rule finds. */
export function Explained({ pair }: { pair: Api['RowPair'] }) {
  const { t } = useTranslation();
  const row = useRowName();
  const ruleName = useRuleName();
  return (
    <Loaded query={useQuery(explanationQuery(pair))}>
      {(x) => (
        <div className="stack">
          <p>
            <b>
              {x.profile_a && x.profile_a === x.profile_b
                ? t('unify.explained.together')
                : x.profile_a && x.profile_b
                  ? t('unify.explained.apart')
                  : t('unify.explained.not_built')}
            </b>
          </p>
          <ul className="plain" style={{ gap: 4 }}>
            {(
              [
                [pair.a, x.profile_a],
                [pair.b, x.profile_b],
              ] as const
            ).map(([r, profile]) => (
              <li key={row(r)} className="break">
                {row(r)}
                {profile && (
                  <Link to="/profiles/$id" params={{ id: profile }}>
                    {t('unify.cluster.of', { id: profile })}
                  </Link>
                )}
              </li>
            ))}
          </ul>
          {x.path.length > 0 && (
            <div>
              <h3>{t('unify.explained.path')}</h3>
              <ul className="plain" style={{ gap: 4 }}>
                {x.path.map((j) => (
                  <li key={`${row(j.a)} ${row(j.b)}`} className="break">
                    {t('unify.cluster.join', { a: row(j.a), b: row(j.b), rule: ruleName(j.rule) })}
                  </li>
                ))}
              </ul>
            </div>
          )}
          <RefusedList refused={x.refused} />
          {x.rules.map((r) => (
            <RuleOutcome key={r.name} rule={r} />
          ))}
          <Said pair={pair} said={x.pair} />
        </div>
      )}
    </Loaded>
  );
}

function RuleOutcome({ rule }: { rule: Api['RuleExplanation'] }) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const rows = [
    ...rule.conditions.map((c) => ({ ...c, unless: false })),
    ...rule.unless.map((c) => ({ ...c, unless: true })),
  ].map((c, n) => ({ ...c, n }));
  return (
    <section aria-label={rule.name}>
      <h3 className="break">
        {rule.name}: {rule.matches ? t('unify.explained.matches') : t('unify.explained.matches_not')}
      </h3>
      {rule.skipped && <p>{t('unify.explained.skipped', { n: number(rule.block), count: rule.block })}</p>}
      <DataTable
        label={rule.name}
        rows={rows}
        rowKey={(c) => String(c.n)}
        columns={[
          {
            id: 'field',
            header: t('unify.rules.field'),
            cell: (c) => (c.unless ? t('unify.explained.unless', { field: c.field }) : c.field),
          },
          {
            id: 'outcome',
            header: t('unify.explained.outcome'),
            cell: (c) =>
              t(`unify.outcome.${c.outcome}`) + (c.similarity === undefined ? '' : ` (${number(c.similarity)})`),
          },
        ]}
      />
    </section>
  );
}

/** What a person said of the two, and can say. */
function Said({ pair, said }: { pair: Api['RowPair']; said: Api['Explanation']['pair'] }) {
  const { t } = useTranslation();
  const { may } = useMe();
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [done, setDone] = useState(false);
  const [error, setError] = useState<unknown>();
  const work = async (what: () => Promise<unknown>) => {
    setBusy(true);
    setError(undefined);
    try {
      await what();
      setDone(true);
      await client.invalidateQueries({ queryKey: ['profiles'] });
    } catch (e) {
      setError(e);
    } finally {
      setBusy(false);
    }
  };
  const say = (kind: 'always' | 'never') =>
    work(() => send(api.POST('/api/v1/profile/pairs', { body: { ...pair, kind } })));
  return (
    <div className="stack" style={{ gap: 8 }}>
      {said && <p>{t(`unify.said.${said}`)}</p>}
      {may('contributor') && (
        <div className="row">
          {said !== 'always' && (
            <Button variant="default" disabled={busy} onClick={() => say('always')}>
              {t('unify.say.always')}
            </Button>
          )}
          {said !== 'never' && (
            <Button variant="default" disabled={busy} onClick={() => say('never')}>
              {t('unify.say.never')}
            </Button>
          )}
          {said && (
            <Button
              variant="default"
              disabled={busy}
              onClick={() => work(() => send(api.POST('/api/v1/profile/pairs/removal', { body: pair })))}
            >
              {t('unify.say.forget')}
            </Button>
          )}
        </div>
      )}
      {error !== undefined && <ErrorPanel error={error} />}
      {done && <BuildNotice text={t('unify.say.done')} />}
    </div>
  );
}
