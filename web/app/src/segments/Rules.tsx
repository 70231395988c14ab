import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Api } from '../api/client';
import { useFormats } from '../languages/format';
import { definitionQuery } from '../profiles/queries';
import type { Field } from './operators';
import { countQuery } from './queries';
import classes from './rules.module.css';
import { useWords } from './words';

const none: Field[] = [];

/** The rules of a segment in words, with how many people each of them finds. */
export function Rules({ segment }: { segment: Api['Segment'] }) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const fields = useQuery(definitionQuery).data?.fields ?? none;
  const words = useWords(
    fields,
    segment.time_zone ?? '',
    segment.rules.map((r) => r.rule),
  );
  const counts = useQuery(countQuery(segment.id)).data?.rules;
  return (
    <>
      <p className={classes.sentence}>{words.sentence(segment.rules)}</p>
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
            <Tree rule={r.rule} words={words} />
          </li>
        ))}
      </ol>
    </>
  );
}

function Tree({ rule, words }: { rule: Api['Rule']; words: ReturnType<typeof useWords> }) {
  const { t } = useTranslation();
  const branches = rule.all ?? rule.any;
  if (branches && Object.keys(rule).length === 1) {
    return (
      <div className={classes.tree}>
        <span className="muted">{rule.all ? t('segments.all_of') : t('segments.any_of')}</span>
        <ul>
          {branches.map((b, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: conditions have no name but their place
            <li key={i}>
              <Tree rule={b} words={words} />
            </li>
          ))}
        </ul>
      </div>
    );
  }
  return <span className="break">{words.phrase(rule)}</span>;
}
