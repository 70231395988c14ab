import { ActionIcon, Button, Menu, NativeSelect, SegmentedControl } from '@mantine/core';
import { IconDots, IconPlus } from '@tabler/icons-react';
import { type KeyboardEvent, lazy, Suspense, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../languages/format';
import { AboutSelect } from './AboutSelect';
import classes from './builder.module.css';
import { LiteralEditor } from './LiteralEditor';
import type { Combine, Condition, Draft, Group, How, Kept, Node } from './model';
import * as model from './model';
import { missing, withOperator } from './operators';
import { RelatedHead, RelatedRest } from './RelatedEditor';
import { SegmentSelect } from './SegmentSelect';
import { compared, follow, measureOf, type Place, possible, profilePlace, type World } from './tables';
import { ValueEditor } from './ValueEditor';
import { useWords } from './words';

const QueryEditor = lazy(() => import('./QueryEditor')); // few write queries

type Change = (change: (draft: Draft) => Draft, mark?: string) => void;

type Context = {
  draft: Draft;
  world: World;
  change: Change;
  /** Puts the keyboard onto something once it is there. */
  focus: (id: string) => void;
  /** Whether to tell of what is missing where nobody was yet. */
  strict: boolean;
};

type Props = Omit<Context, 'focus'> & {
  /** How many people each rule finds by itself. */
  counts?: number[];
  counting: boolean;
};

/** The rules of a segment, to be changed by mouse or keyboard. */
export function Builder({ counts, counting, ...props }: Props) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const { draft, change } = props;
  const root = useRef<HTMLDivElement>(null);
  const [wanted, setWanted] = useState<string>();
  useEffect(() => {
    if (!wanted) return;
    const place = root.current?.querySelector(`[data-node="${wanted}"], [data-within="${wanted}"]`);
    place?.querySelector<HTMLElement>('input, button')?.focus();
    setWanted(undefined);
  }, [wanted]);
  const context: Context = { ...props, focus: setWanted };
  const add = () => {
    const part = model.newPart('union');
    change((d) => ({ ...d, parts: [...d.parts, part] }));
    const first = part.root.children[0];
    if (first) setWanted(first.id);
  };
  const movePart = (i: number, by: number) =>
    change((d) => {
      const parts = [...d.parts];
      const [part] = parts.splice(i, 1);
      if (part) parts.splice(i + by, 0, part);
      return { ...d, parts };
    });
  return (
    <div ref={root} className="stack">
      {draft.parts.map((part, i) => {
        const name = t('segments.builder.rule', { n: i + 1 });
        return (
          <section key={part.id} className={classes.part} aria-label={name}>
            <div className={classes.head}>
              {i === 0 ? (
                <strong className="grow">{t('segments.combine.first')}</strong>
              ) : (
                <div className="grow">
                  <NativeSelect
                    aria-label={t('segments.builder.combine', { rule: name })}
                    w="fit-content"
                    maw="100%"
                    value={part.combine}
                    data={(['union', 'intersect', 'except'] as const).map((c) => ({
                      value: c,
                      label: t(`segments.combine.${c}`),
                    }))}
                    onChange={(e) => {
                      const combine = e.currentTarget.value as Combine;
                      change((d) => ({
                        ...d,
                        parts: d.parts.map((p) => (p.id === part.id ? { ...p, combine } : p)),
                      }));
                    }}
                  />
                </div>
              )}
              {counts?.[i] !== undefined && (
                <span className="num muted" data-stale={counting}>
                  {t('segments.people', { count: counts[i], n: number(counts[i]) })}
                </span>
              )}
              {draft.parts.length > 1 && (
                <NodeMenu
                  label={t('parts.list.actions_of', { name })}
                  items={[
                    i > 0 && { label: t('segments.builder.up'), run: () => movePart(i, -1) },
                    i < draft.parts.length - 1 && { label: t('segments.builder.down'), run: () => movePart(i, 1) },
                    {
                      label: t('segments.builder.remove_rule'),
                      bad: true,
                      run: () => change((d) => ({ ...d, parts: d.parts.filter((p) => p.id !== part.id) })),
                    },
                  ]}
                />
              )}
            </div>
            <GroupEditor group={part.root} place={profilePlace(props.world)} context={context} outermost />
          </section>
        );
      })}
      <Button variant="default" onClick={add} leftSection={<IconPlus size={16} aria-hidden />} w="fit-content">
        {t('segments.builder.add_rule')}
      </Button>
      <p className="muted">{t('segments.builder.which_to_add')}</p>
    </div>
  );
}

type GroupProps = { group: Group; place: Place; context: Context; outermost?: boolean };

function GroupEditor({ group, place, context, outermost }: GroupProps) {
  const { t } = useTranslation();
  const { change, focus } = context;
  const add = (node: Node) => {
    change((d) => model.append(d, group.id, node));
    focus(node.kind === 'group' ? (node.children[0]?.id ?? node.id) : node.id);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a set of fields cannot be laid out as a grid everywhere
    <div
      role="group"
      aria-label={group.how === 'all' ? t('segments.all_of') : t('segments.any_of')}
      className={classes.group}
      data-node={group.id}
      data-how={group.how}
      data-outermost={outermost}
    >
      <div className="row">
        <SegmentedControl
          size="xs"
          aria-label={t('segments.builder.how')}
          value={group.how}
          data={[
            { value: 'all', label: t('segments.all_of') },
            { value: 'any', label: t('segments.any_of') },
          ]}
          onChange={(how) => change((d) => model.update(d, group.id, { how: how as How }))}
        />
        <span className="grow" />
        {!outermost && (
          <NodeMenu
            label={t('segments.builder.group_actions')}
            items={[
              { label: t('segments.builder.up'), run: () => change((d) => model.move(d, group.id, -1)) },
              { label: t('segments.builder.down'), run: () => change((d) => model.move(d, group.id, 1)) },
              {
                label: t('segments.builder.duplicate'),
                run: () => change((d) => model.insertAfter(d, group.id, model.copied(group))),
              },
              { label: t('segments.builder.unwrap'), run: () => change((d) => model.unwrap(d, group.id)) },
              {
                label: t('segments.builder.remove_group'),
                bad: true,
                run: () => change((d) => model.remove(d, group.id)),
              },
            ]}
          />
        )}
      </div>
      {group.children.map((child) =>
        child.kind === 'group' ? (
          <GroupEditor key={child.id} group={child} place={place} context={context} />
        ) : child.kind === 'kept' ? (
          <KeptCondition key={child.id} node={child} inside={group} context={context} />
        ) : (
          <ConditionEditor key={child.id} condition={child} inside={group} place={place} context={context} />
        ),
      )}
      {group.children.length === 0 && (
        <p style={{ color: 'var(--warn)' }} role="status">
          {t('segments.missing.group')}
        </p>
      )}
      <div className="row">
        <Button
          size="compact-sm"
          variant="subtle"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => add(model.newCondition())}
        >
          {t('segments.builder.add_condition')}
        </Button>
        <Button
          size="compact-sm"
          variant="subtle"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => add(model.newGroup([model.newCondition()], group.how === 'all' ? 'any' : 'all'))}
        >
          {t('segments.builder.add_group')}
        </Button>
      </div>
    </div>
  );
}

type ConditionProps = { condition: Condition; inside: Group; place: Place; context: Context };

function ConditionEditor({ condition, inside, place, context }: ConditionProps) {
  const { t } = useTranslation();
  const { world, change, draft, focus } = context;
  const rule = model.toRule(condition);
  const words = useWords(place.fields, draft.timeZone, [rule]);
  const [left, setLeft] = useState(false); // whether the keyboard was here and went on
  const { about, related } = condition;
  const field = compared(world, place, condition);
  const fitting = possible(world, place, condition);
  const operator = fitting.find((o) => o.operator === condition.operator);
  const lacks = missing(condition, place, world);
  const told =
    lacks &&
    (left || context.strict || ['unknown_field', 'unknown_segment', 'order', 'address', 'many'].includes(lacks));
  const text = told ? t(`segments.missing.${lacks}`) : undefined;
  const put = (next: Condition, mark?: string) =>
    change((d) => model.replace(d, condition.id, () => [next]), mark && `${condition.id} ${mark}`);
  const { keys, items } = useActions(condition, inside, context);
  const there = related && follow(world, place, related.path);
  // Whether there are rows is an operator by itself, chosen where it is said what is worked out.
  const operates = about === 'related' ? !!related?.measure && !!field : about !== 'field' || !!field;
  const inline = about === 'related' && measureOf(related?.measure)?.types.length === 0;
  const operatorSelect = operates && (
    <NativeSelect
      aria-label={t('segments.builder.operator')}
      className={about === 'related' && !inline ? classes.second : about === 'query' ? classes.wide : undefined}
      value={operator ? condition.operator : ''}
      error={lacks === 'operator' ? text : undefined}
      data={[
        ...(operator ? [] : [{ value: '', label: '' }]),
        ...fitting.map((o) => ({ value: o.operator as string, label: words.operator(o.operator) })),
      ]}
      onChange={(e) => {
        const next = fitting.find((o) => o.operator === e.currentTarget.value);
        if (next) put(withOperator(condition, next, operator));
      }}
    />
  );
  const values = field && operator && (
    <ValueEditor
      key={`${field.name} ${field.type} ${operator.operand}`}
      condition={condition}
      field={field}
      operator={operator}
      timeZone={draft.timeZone}
      wrong={text}
      onChange={(next, unit) => put({ ...condition, values: next, unit }, 'values')}
    />
  );
  return (
    // biome-ignore lint/a11y/useSemanticElements: a set of fields cannot be laid out as a grid everywhere
    <div
      role="group"
      aria-label={words.phrase(rule, place.table ? 'row' : 'profile') || t('segments.builder.new_condition')}
      className={classes.condition}
      data-node={condition.id}
      data-about={about}
      onKeyDownCapture={keys}
      onBlur={(e) => !e.currentTarget.contains(e.relatedTarget) && setLeft(true)}
    >
      <AboutSelect
        condition={condition}
        place={place}
        world={world}
        error={lacks === 'field' || lacks === 'unknown_field' || lacks === 'path' ? text : undefined}
        onChange={put}
      />
      {related && there && (
        <RelatedHead
          condition={condition}
          place={place}
          world={world}
          wrong={lacks === 'column' || lacks === 'order_by' ? { [lacks]: text } : {}}
          operator={inline ? operatorSelect : undefined}
          values={inline ? values : undefined}
          onChange={put}
        />
      )}
      {!inline && operatorSelect}
      {!inline && values && (
        <div
          className={`${classes.values} ${about === 'related' ? classes.third : ''}`}
          data-operand={operator.operand}
        >
          {values}
        </div>
      )}
      {about === 'segment' && (
        <SegmentSelect
          value={condition.segment}
          segments={world.segments}
          error={lacks === 'segment' || lacks === 'unknown_segment' ? text : undefined}
          onChange={(segment) => put({ ...condition, segment })}
        />
      )}
      {about === 'profile' && operator && (
        <LiteralEditor
          key={condition.operator.includes('address') ? 'addresses' : 'ids'}
          condition={condition}
          wrong={text}
          onChange={(next) => put({ ...condition, values: next }, 'values')}
        />
      )}
      <NodeMenu label={t('segments.builder.condition_actions')} items={items} />
      {about === 'query' && (
        <div className={classes.query}>
          <Suspense>
            <QueryEditor
              condition={condition}
              timeZone={draft.timeZone}
              wrong={text}
              onChange={(sql) => put({ ...condition, sql }, 'sql')}
            />
          </Suspense>
        </div>
      )}
      {related && there && (
        <RelatedRest
          related={related}
          there={there}
          world={world}
          timeZone={draft.timeZone}
          strict={context.strict}
          onChange={(next, mark) => put({ ...condition, related: next }, mark)}
          focus={focus}
        >
          {related.where && <GroupEditor group={related.where} place={there} context={context} outermost />}
        </RelatedRest>
      )}
    </div>
  );
}

/** What can be done with a condition as a whole, by the menu and by keyboard. */
function useActions(node: Condition | Kept, inside: Group, { change, focus }: Context) {
  const { t } = useTranslation();
  const removed = () => {
    const at = inside.children.findIndex((c) => c.id === node.id);
    const next = inside.children[at + 1] ?? inside.children[at - 1];
    change((d) => model.remove(d, node.id));
    focus(next?.id ?? inside.id);
  };
  const another = () => {
    const added = model.newCondition();
    change((d) => model.insertAfter(d, node.id, added));
    focus(added.id);
  };
  const keys = (e: KeyboardEvent) => {
    // What stands in a condition on related rows has keys of its own.
    if ((e.target as Element).closest('[data-node]')?.getAttribute('data-node') !== node.id) return;
    if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) another();
    else if (e.altKey && (e.key === 'ArrowUp' || e.key === 'ArrowDown')) {
      change((d) => model.move(d, node.id, e.key === 'ArrowUp' ? -1 : 1));
      focus(node.id); // moving takes the keyboard away from what is moved
    } else if (e.altKey && e.key === 'Delete') removed();
    else return;
    e.preventDefault();
    e.stopPropagation();
  };
  const items: Item[] = [
    { label: t('segments.builder.after'), run: another },
    { label: t('segments.builder.up'), run: () => change((d) => model.move(d, node.id, -1)) },
    { label: t('segments.builder.down'), run: () => change((d) => model.move(d, node.id, 1)) },
    {
      label: t('segments.builder.duplicate'),
      run: () => change((d) => model.insertAfter(d, node.id, model.copied(node))),
    },
    {
      label: t('segments.builder.wrap'),
      run: () => change((d) => model.wrap(d, node.id, inside.how === 'all' ? 'any' : 'all')),
    },
    { label: t('segments.builder.remove_condition'), bad: true, run: removed },
  ];
  return { keys, items };
}

/** A condition that the builder does not know: it is told in words, and stays as it is. */
function KeptCondition({ node, inside, context }: { node: Kept; inside: Group; context: Context }) {
  const { t } = useTranslation();
  const words = useWords(context.world.fields, context.draft.timeZone, [node.rule]);
  const { keys, items } = useActions(node, inside, context);
  const text = words.phrase(node.rule);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a set of fields cannot be laid out as a grid everywhere
    <div
      role="group"
      aria-label={text}
      className={classes.condition}
      data-node={node.id}
      data-kept
      onKeyDownCapture={keys}
    >
      <div className={classes.kept}>
        <p className="break">{text}</p>
        <p className="muted">{t('segments.builder.kept')}</p>
      </div>
      <NodeMenu label={t('segments.builder.condition_actions')} items={items} />
    </div>
  );
}

type Item = { label: string; run: () => void; bad?: boolean };

function NodeMenu({ label, items }: { label: string; items: (Item | false)[] }) {
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" c="var(--muted)" aria-label={label} className={classes.menu}>
          <IconDots size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {items.map(
          (i) =>
            i && (
              <Menu.Item key={i.label} onClick={i.run} c={i.bad ? 'var(--bad)' : undefined}>
                {i.label}
              </Menu.Item>
            ),
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
