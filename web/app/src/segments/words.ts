import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Api } from '../api/client';
import { formats } from '../languages/format';
import type { Language } from '../languages/languages';
import type { Field } from './operators';
import { segmentsQuery } from './queries';

type Rule = Api['Rule'];
type Related = Api['Related'];

/** How many values a sentence names before it only says how many others there are. */
const named = 4;

const keys = ['all', 'any', 'field', 'related', 'segment', 'sql', 'operator', 'values', 'unit'];
const relatedKeys = ['path', 'function', 'column', 'order_by', 'where', 'within'];
const windowKeys = ['column', 'operator', 'values', 'unit'];

/** Where a field is looked up: in the profile, or in a row of a table, of which no types are known. */
type Place = 'profile' | 'row';

/** Whether a rule names another segment. */
export const namesSegment = (rule: Rule): boolean =>
  rule.segment !== undefined ||
  [...(rule.all ?? []), ...(rule.any ?? [])].some(namesSegment) ||
  (rule.related?.where !== undefined && namesSegment(rule.related.where));

/** What an operator says of the type of its values, where the type of the field is not known. */
function typeFor(operator: string, value: string): string | undefined {
  if (/less|greater/.test(operator)) return 'number';
  if (!/before|after|between/.test(operator)) return undefined;
  if (/^\d{4}-\d\d-\d\d$/.test(value)) return 'date';
  return /^\d{4}-\d\d-\d\dT/.test(value) ? 'datetime' : 'number';
}

/** What is worked out as a number, whatever it is worked out from. */
const numeric = ['count', 'sum', 'average', 'distinct'];

/** Rules in plain words, in the language on screen. The rules say whether the names of segments are needed. */
export function useWords(fields: Field[], timeZone: string, rules: Rule[]) {
  const { t, i18n } = useTranslation();
  const segments = useQuery({ ...segmentsQuery, enabled: rules.some(namesSegment) }).data;
  return useMemo(() => {
    const days = formats(i18n.language as Language, 'UTC');
    const moments = formats(i18n.language as Language, timeZone || 'UTC');

    const operator = (name: string) =>
      i18n.exists(`segments.operator.${name}`) ? t(`segments.operator.${name}`) : name.replaceAll('_', ' ');

    const value = (v: string, type?: string) => {
      if (type === 'number' && v.trim() !== '' && Number.isFinite(Number(v))) return days.number(Number(v));
      if (type === 'date' && !Number.isNaN(Date.parse(v))) return days.date(v);
      if (type === 'datetime' && !Number.isNaN(Date.parse(v))) return moments.dateTime(v);
      return t('segments.quoted', { value: v });
    };

    const typeOf = (rule: Rule, v: string, place: Place) => {
      if (rule.field && place === 'profile') return fields.find((f) => f.name === rule.field)?.type;
      if (numeric.includes(rule.related?.function ?? '')) return 'number';
      return typeFor(rule.operator ?? '', v);
    };

    const values = (rule: Rule, place: Place): string => {
      const all = rule.values ?? [];
      if (all.length === 0) return '';
      // A whole number of days comes with the unit or without.
      const inDays = rule.operator?.includes('anniversary');
      if (rule.unit || inDays) {
        const unit = rule.unit ?? 'day';
        const count = Number(all[0]);
        const said = i18n.exists(`segments.unit.${unit}`, { count });
        return said ? t(`segments.unit.${unit}`, { count }) : `${all[0]} ${unit}`;
      }
      const shown = all.slice(0, named).map((v) => value(v, typeOf(rule, v, place)));
      const rest = all.length - shown.length;
      if (rest > 0) return t('segments.and_more', { list: shown.join(', '), n: days.number(rest), count: rest });
      if (all.length === 2 && rule.operator?.includes('between')) return shown.join(` ${t('segments.and')} `);
      return shown.join(', ');
    };

    /** What a later version says and this one does not know is at least not kept quiet about. */
    const unknown = (o: object, expected: string[]) => {
      const others = Object.entries(o).filter(([key, v]) => v !== undefined && !expected.includes(key));
      return others.length > 0 ? `(${others.map(([key, v]) => `${key}: ${JSON.stringify(v)}`).join(', ')})` : '';
    };

    /** The rows that a path leads to, and which of them. */
    const rows = (r: Related): string => {
      const path = r.path.join(' → ');
      const only = [
        r.where && tree(r.where, !r.within, 'row'),
        r.within && phrase({ ...r.within, column: undefined, field: r.within.column } as Rule, 'row'),
      ].filter(Boolean);
      const all =
        only.length > 0 ? t('segments.filtered', { rows: path, rule: only.join(` ${t('segments.and')} `) }) : path;
      return [all, unknown(r, relatedKeys), r.within && unknown(r.within, windowKeys)].filter(Boolean).join(' ');
    };

    const workedOut = (r: Related): string => {
      const said = { column: r.column ?? '', order: r.order_by ?? '', rows: rows(r) };
      return i18n.exists(`segments.function.${r.function}`)
        ? t(`segments.function.${r.function}`, said)
        : `${r.function} ${said.column} ${said.rows}`;
    };

    /** What a condition is about, and what its operator is over. */
    const about = (rule: Rule, place: Place): { subject?: string; object?: string } => {
      if (rule.field) return { subject: rule.field };
      if (rule.related?.function) return { subject: workedOut(rule.related) };
      if (rule.related) return { subject: t(`segments.subject.${place}`), object: rows(rule.related) };
      if (rule.segment) {
        const name = segments?.find((s) => s.id === rule.segment)?.name ?? rule.segment;
        return { subject: t('segments.subject.profile'), object: t('segments.quoted', { value: name }) };
      }
      if (rule.sql)
        return { subject: t('segments.subject.profile'), object: t('segments.quoted', { value: rule.sql }) };
      return rule.operator ? { subject: t('segments.subject.profile') } : {};
    };

    const phrase = (rule: Rule, place: Place = 'profile'): string => {
      if (rule.all || rule.any) return tree(rule, true, place);
      const { subject, object } = about(rule, place);
      const name = rule.operator ?? '';
      // A unit without a number is a day, a week and so on of the calendar.
      const calendar = rule.unit && !rule.values?.length && i18n.exists(`segments.calendar.${name}.${rule.unit}`);
      const holds = calendar ? t(`segments.calendar.${name}.${rule.unit}`) : operator(name);
      const unit = rule.unit && !rule.values?.length && !calendar ? rule.unit : ''; // of a later version
      const expected = rule.related ? keys.filter((k) => k !== 'field') : keys;
      return [subject, holds, unit, object, values(rule, place), unknown(rule, expected)].filter(Boolean).join(' ');
    };

    const tree = (rule: Rule, outermost = true, place: Place = 'profile'): string => {
      const branches = rule.all ?? rule.any;
      if (!branches) return phrase(rule, place);
      const others = unknown(rule, [rule.all ? 'all' : 'any']);
      const inside = branches.map((b) => tree(b, branches.length === 1 && outermost, place));
      const joined = inside.join(` ${rule.all ? t('segments.and') : t('segments.or')} `);
      const whole = (outermost && !others) || branches.length === 1 ? joined : `(${joined})`;
      return others ? `${whole} ${others}` : whole;
    };

    const sentence = (rules: Api['SegmentRule'][]): string => {
      const parts = rules.map((r, i) => {
        const how = i === 0 ? t('segments.combine.first') : t(`segments.combine.${r.combine ?? 'union'}`);
        return [how, tree(r.rule), unknown(r, ['combine', 'rule'])].filter(Boolean).join(' ');
      });
      return parts.length > 0 ? `${parts.join(', ')}.` : '';
    };

    return { operator, phrase, sentence };
  }, [fields, timeZone, segments, t, i18n]);
}
