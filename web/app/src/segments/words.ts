import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Api } from '../api/client';
import { formats } from '../languages/format';
import type { Language } from '../languages/languages';
import type { Field } from './operators';

/** How many values a sentence names before it only says how many others there are. */
const named = 4;

/** Rules in plain words, in the language on screen. */
export function useWords(fields: Field[], timeZone: string) {
  const { t, i18n } = useTranslation();
  return useMemo(() => {
    const days = formats(i18n.language as Language, 'UTC');
    const moments = formats(i18n.language as Language, timeZone || 'UTC');

    const operator = (name: string) =>
      i18n.exists(`segments.operator.${name}`) ? t(`segments.operator.${name}`) : name.replaceAll('_', ' ');

    const value = (field: string, v: string) => {
      const type = fields.find((f) => f.name === field)?.type;
      if (type === 'number' && v.trim() !== '' && Number.isFinite(Number(v))) return days.number(Number(v));
      if (type === 'date' && !Number.isNaN(Date.parse(v))) return days.date(v);
      if (type === 'datetime' && !Number.isNaN(Date.parse(v))) return moments.dateTime(v);
      return t('segments.quoted', { value: v });
    };

    const values = (rule: Api['Rule']): string => {
      const all = rule.values ?? [];
      if (all.length === 0) return '';
      // A whole number of days comes with the unit or without.
      const inDays = rule.operator?.includes('anniversary');
      if (rule.unit || inDays) return t(`segments.unit.${rule.unit ?? 'day'}`, { count: Number(all[0]) });
      const shown = all.slice(0, named).map((v) => value(rule.field ?? '', v));
      const rest = all.length - shown.length;
      if (rest > 0) return t('segments.and_more', { list: shown.join(', '), n: days.number(rest), count: rest });
      if (all.length === 2 && rule.operator?.includes('between')) return shown.join(` ${t('segments.and')} `);
      return shown.join(', ');
    };

    const phrase = (rule: Api['Rule']): string =>
      [rule.field, operator(rule.operator ?? ''), values(rule)].filter(Boolean).join(' ');

    const tree = (rule: Api['Rule'], outermost = true): string => {
      const branches = rule.all ?? rule.any;
      if (!branches) return phrase(rule);
      const inside = branches.map((b) => tree(b, branches.length === 1 && outermost));
      const joined = inside.join(` ${rule.all ? t('segments.and') : t('segments.or')} `);
      return outermost || branches.length === 1 ? joined : `(${joined})`;
    };

    const sentence = (rules: Api['SegmentRule'][]): string => {
      const parts = rules.map((r, i) => {
        const how = i === 0 ? t('segments.combine.first') : t(`segments.combine.${r.combine ?? 'union'}`);
        return `${how} ${tree(r.rule)}`;
      });
      return parts.length > 0 ? `${parts.join(', ')}.` : '';
    };

    return { operator, phrase, sentence };
  }, [fields, timeZone, t, i18n]);
}
