import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Api } from '../api/client';
import { useFormats } from '../languages/format';
import { countQuery } from './queries';
import classes from './rules.module.css';

/** The rules of a segment in words, with how many people each of them finds. */
export function Rules({ segment }: { segment: Api['Segment'] }) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const counts = useQuery(countQuery(segment.id)).data?.rules;
  return (
    <ol className={classes.rules}>
      {segment.rules.map((r, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rules have no name but their place
        <li key={i}>
          <div className="row">
            <strong className="grow">
              {i === 0 ? t('segments.combine.first') : t(`segments.combine.${r.combine ?? 'union'}`)}
            </strong>
            {counts?.[i] !== undefined && (
              <span className="num muted">{t('segments.people', { count: counts[i], n: number(counts[i]) })}</span>
            )}
          </div>
          <Tree rule={r.rule} />
        </li>
      ))}
    </ol>
  );
}

function Tree({ rule }: { rule: Api['Rule'] }) {
  const { t } = useTranslation();
  const branches = rule.all ?? rule.any;
  if (branches) {
    return (
      <div className={classes.tree}>
        <span className="muted">{rule.all ? t('segments.all_of') : t('segments.any_of')}</span>
        <ul>
          {branches.map((b, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: conditions have no name but their place
            <li key={i}>
              <Tree rule={b} />
            </li>
          ))}
        </ul>
      </div>
    );
  }
  const operator = t(`segments.operator.${rule.operator ?? 'equals'}`, { defaultValue: rule.operator });
  const values = (rule.values ?? []).join(', ');
  return (
    <span className="break">
      <b>{rule.field}</b> {operator}{' '}
      {rule.unit ? t(`segments.unit.${rule.unit}`, { count: Number(values) }) : values && <q>{values}</q>}
    </span>
  );
}
