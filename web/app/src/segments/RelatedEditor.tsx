import { ActionIcon, Button, NativeSelect } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './builder.module.css';
import type { Condition, Measure, Related } from './model';
import { newCondition, newGroup } from './model';
import { missing, operatorsFor, withField, withOperator, withType } from './operators';
import {
  columnsFor,
  compared,
  fitting,
  follow,
  measureOf,
  measures,
  orders,
  type Place,
  spans,
  type World,
} from './tables';
import { ValueEditor } from './ValueEditor';
import { useWords } from './words';

type HeadProps = {
  condition: Condition;
  place: Place;
  world: World;
  wrong: { column?: string; order_by?: string };
  /** What is compared with what, where there is room for it beside. */
  operator?: ReactNode;
  values?: ReactNode;
  onChange: (next: Condition) => void;
};

/** What is worked out of related rows: whether there are any, how many, or something of a column. */
export function RelatedHead({ condition, place, world, wrong, operator, values, onChange }: HeadProps) {
  const { t, i18n } = useTranslation();
  const words = useWords(place.fields, '', []);
  const related = condition.related as Related;
  const there = follow(world, place, related.path);
  const rows = world.operators.filter((o) => o.subject === 'related');
  const known = measureOf(related.measure);
  const columns = columnsFor(there, related.measure);
  const offered = measures.filter(
    (m) =>
      m.types.length === 0 || (columnsFor(there, m.measure).length > 0 && (!m.ordered || orders(there).length > 0)),
  );
  /** With something else worked out, which is compared in another way where it is of another type. */
  const put = (next: Related) => {
    const before = compared(world, place, condition)?.type;
    const changed: Condition = { ...condition, related: fitting(world, place, next) };
    const type = compared(world, place, changed)?.type;
    onChange(withType(changed, type, before, world.operators));
  };
  const measure = (value: string) => {
    const asked = rows.find((o) => o.operator === value);
    if (!asked) return put({ ...related, measure: value as Measure });
    const bare = fitting(world, place, { ...related, measure: undefined });
    onChange(withOperator({ ...condition, related: bare, values: [], unit: undefined }, asked, undefined));
  };
  return (
    <>
      <NativeSelect
        aria-label={t('segments.builder.measure')}
        value={related.measure ?? condition.operator}
        data={[
          ...rows.map((o) => ({
            value: o.operator as string,
            label: i18n.exists(`segments.builder.rows.${o.operator}`)
              ? t(`segments.builder.rows.${o.operator}`)
              : words.operator(o.operator),
          })),
          ...measures
            .filter((m) => offered.includes(m) || m.measure === related.measure)
            .map((m) => ({ value: m.measure as string, label: t(`segments.builder.measures.${m.measure}`) })),
        ]}
        onChange={(e) => measure(e.currentTarget.value)}
      />
      {known && known.types.length === 0 && (
        <div className={classes.values} data-inline>
          {operator}
          {values}
        </div>
      )}
      {known && known.types.length > 0 && (
        <div className={classes.values}>
          <NativeSelect
            aria-label={t('segments.builder.column')}
            value={related.column}
            error={wrong.column}
            data={[
              ...(columns.some((f) => f.name === related.column)
                ? []
                : [{ value: '', label: t('segments.builder.column') }]),
              ...columns.map((f) => ({ value: f.name, label: f.name })),
            ]}
            onChange={(e) => e.currentTarget.value && put({ ...related, column: e.currentTarget.value })}
          />
          {known.ordered && (
            <NativeSelect
              aria-label={t('segments.builder.order_by')}
              value={related.orderBy}
              error={wrong.order_by}
              data={[
                ...(related.orderBy ? [] : [{ value: '', label: t('segments.builder.order_by') }]),
                ...orders(there).map((f) => ({ value: f.name, label: t('segments.builder.by', { column: f.name }) })),
              ]}
              onChange={(e) => e.currentTarget.value && put({ ...related, orderBy: e.currentTarget.value })}
            />
          )}
        </div>
      )}
    </>
  );
}

type RestProps = {
  related: Related;
  there: Place;
  world: World;
  timeZone: string;
  strict: boolean;
  onChange: (next: Related, mark?: string) => void;
  focus: (id: string) => void;
  /** The rules that the rows must meet. */
  children: ReactNode;
};

/** Which of the rows: those that rules hold for, and those of a span of time. */
export function RelatedRest({ related, there, world, timeZone, strict, onChange, focus, children }: RestProps) {
  const { t } = useTranslation();
  const { where, within } = related;
  const filter = () => {
    const added = newGroup();
    onChange({ ...related, where: added });
    focus(added.children[0]?.id ?? added.id);
  };
  const span = () => {
    const [first] = spans(there);
    const added = newCondition();
    const usual = world.operators.find((o) => o.operator === 'in_the_last');
    const begun = first ? withField(added, first, undefined, world.operators) : added;
    onChange({ ...related, within: usual ? withOperator(begun, usual, undefined) : begun });
    focus(added.id);
  };
  return (
    <div className={classes.rest}>
      {within && (
        <Span
          within={within}
          there={there}
          world={world}
          timeZone={timeZone}
          strict={strict}
          onChange={(next, mark) => onChange({ ...related, within: next }, mark)}
        />
      )}
      {where && (
        <div className={classes.where}>
          <div className="row">
            <span className="muted grow">{t('segments.builder.where')}</span>
            <ActionIcon
              variant="subtle"
              color="gray"
              c="var(--muted)"
              aria-label={t('segments.builder.remove_where')}
              title={t('segments.builder.remove_where')}
              onClick={() => onChange({ ...related, where: undefined })}
            >
              <IconX size={16} aria-hidden />
            </ActionIcon>
          </div>
          {children}
        </div>
      )}
      {(!where || (!within && spans(there).length > 0)) && (
        <div className="row">
          {!where && (
            <Button
              size="compact-sm"
              variant="subtle"
              leftSection={<IconPlus size={14} aria-hidden />}
              onClick={filter}
            >
              {t('segments.builder.add_where')}
            </Button>
          )}
          {!within && spans(there).length > 0 && (
            <Button size="compact-sm" variant="subtle" leftSection={<IconPlus size={14} aria-hidden />} onClick={span}>
              {t('segments.builder.add_within')}
            </Button>
          )}
        </div>
      )}
    </div>
  );
}

type SpanProps = Pick<RestProps, 'there' | 'world' | 'timeZone' | 'strict'> & {
  within: Condition;
  onChange: (next: Condition | undefined, mark?: string) => void;
};

/** The span of time that rows must be of. */
function Span({ within, there, world, timeZone, strict, onChange }: SpanProps) {
  const { t } = useTranslation();
  const words = useWords(there.fields, timeZone, []);
  const [left, setLeft] = useState(false);
  const columns = spans(there);
  const field = columns.find((f) => f.name === within.field);
  const operators = field ? operatorsFor(world.operators, field.type) : [];
  const operator = operators.find((o) => o.operator === within.operator);
  const lacks = missing(within, there, world);
  const text = lacks && (left || strict) ? t(`segments.missing.${lacks}`) : undefined;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a set of fields cannot be laid out as a grid everywhere
    <div
      role="group"
      aria-label={t('segments.builder.within')}
      className={classes.where}
      data-within={within.id}
      onBlur={(e) => !e.currentTarget.contains(e.relatedTarget) && setLeft(true)}
    >
      <span className="muted">{t('segments.builder.within')}</span>
      <div className={classes.condition}>
        <NativeSelect
          aria-label={t('segments.builder.column')}
          value={within.field}
          error={lacks === 'field' || lacks === 'unknown_field' ? text : undefined}
          data={[
            ...(field ? [] : [{ value: within.field, label: within.field }]),
            ...columns.map((f) => ({ value: f.name, label: f.name })),
          ]}
          onChange={(e) => {
            const next = columns.find((f) => f.name === e.currentTarget.value);
            if (next) onChange(withField(within, next, field, world.operators));
          }}
        />
        <NativeSelect
          aria-label={t('segments.builder.operator')}
          value={operator ? within.operator : ''}
          error={lacks === 'operator' ? text : undefined}
          data={[
            ...(operator ? [] : [{ value: '', label: '' }]),
            ...operators.map((o) => ({ value: o.operator as string, label: words.operator(o.operator) })),
          ]}
          onChange={(e) => {
            const next = operators.find((o) => o.operator === e.currentTarget.value);
            if (next) onChange(withOperator(within, next, operator));
          }}
        />
        {field && operator && (
          <div className={classes.values} data-operand={operator.operand}>
            <ValueEditor
              key={`${field.name} ${operator.operand}`}
              condition={within}
              field={field}
              operator={operator}
              timeZone={timeZone}
              wrong={text}
              onChange={(values, unit) => onChange({ ...within, values, unit }, `${within.id} values`)}
            />
          </div>
        )}
        <ActionIcon
          className={classes.menu}
          variant="subtle"
          color="gray"
          c="var(--muted)"
          aria-label={t('segments.builder.remove_within')}
          title={t('segments.builder.remove_within')}
          onClick={() => onChange(undefined)}
        >
          <IconX size={16} aria-hidden />
        </ActionIcon>
      </div>
    </div>
  );
}
