import { ActionIcon, Button, Menu, NativeSelect, SegmentedControl, Select } from '@mantine/core';
import { IconDots, IconPlus } from '@tabler/icons-react';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../languages/format';
import classes from './builder.module.css';
import type { Combine, Condition, Draft, Group, How, Kept, Node } from './model';
import * as model from './model';
import { type Field, missing, type Operator, operatorsFor, withField, withOperator } from './operators';
import { ValueEditor } from './ValueEditor';
import { useWords } from './words';

type Change = (change: (draft: Draft) => Draft, mark?: string) => void;

type Context = {
  draft: Draft;
  fields: Field[];
  operators: Operator[];
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
    const place = root.current?.querySelector(`[data-node="${wanted}"]`);
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
            <GroupEditor group={part.root} context={context} outermost />
          </section>
        );
      })}
      <Button variant="default" onClick={add} leftSection={<IconPlus size={16} aria-hidden />} w="fit-content">
        {t('segments.builder.add_rule')}
      </Button>
    </div>
  );
}

function GroupEditor({ group, context, outermost }: { group: Group; context: Context; outermost?: boolean }) {
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
          <GroupEditor key={child.id} group={child} context={context} />
        ) : child.kind === 'kept' ? (
          <KeptCondition key={child.id} node={child} inside={group} context={context} />
        ) : (
          <ConditionEditor key={child.id} condition={child} inside={group} context={context} />
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

function ConditionEditor({ condition, inside, context }: { condition: Condition; inside: Group; context: Context }) {
  const { t } = useTranslation();
  const { fields, operators, change, draft } = context;
  const words = useWords(fields, draft.timeZone, []);
  const [left, setLeft] = useState(false); // whether the keyboard was here and went on
  const field = fields.find((f) => f.name === condition.field);
  const possible = field ? operatorsFor(operators, field.type) : [];
  const operator = possible.find((o) => o.operator === condition.operator);
  const lacks = missing(condition, fields, operators);
  const told = lacks && (left || context.strict || lacks === 'unknown_field' || lacks === 'order');
  const text = told ? t(`segments.missing.${lacks}`) : undefined;
  const put = (next: Condition, mark?: string) =>
    change((d) => model.replace(d, condition.id, () => [next]), mark && `${condition.id} ${mark}`);
  const { keys, items } = useActions(condition, inside, context);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a set of fields cannot be laid out as a grid everywhere
    <div
      role="group"
      aria-label={words.phrase(condition as never) || t('segments.builder.new_condition')}
      className={classes.condition}
      data-node={condition.id}
      onKeyDownCapture={keys}
      onBlur={(e) => !e.currentTarget.contains(e.relatedTarget) && setLeft(true)}
    >
      <Select
        aria-label={t('segments.builder.field')}
        placeholder={t('segments.builder.field')}
        searchable
        nothingFoundMessage={t('segments.builder.no_field')}
        openOnFocus={false}
        value={field ? condition.field : null}
        data={fields.map((f) => f.name)}
        error={lacks === 'field' || lacks === 'unknown_field' ? text : undefined}
        allowDeselect={false}
        selectFirstOptionOnChange
        onChange={(name) => {
          const next = fields.find((f) => f.name === name);
          if (next) put(withField(condition, next, field, operators));
        }}
      />
      {field && (
        <NativeSelect
          aria-label={t('segments.builder.operator')}
          value={operator ? condition.operator : ''}
          error={lacks === 'operator' ? text : undefined}
          data={[
            ...(operator ? [] : [{ value: '', label: '' }]),
            ...possible.map((o) => ({ value: o.operator as string, label: words.operator(o.operator) })),
          ]}
          onChange={(e) => {
            const next = possible.find((o) => o.operator === e.currentTarget.value);
            if (next) put(withOperator(condition, next, operator));
          }}
        />
      )}
      {field && operator && (
        <div className={classes.values} data-operand={operator.operand}>
          <ValueEditor
            key={`${field.name} ${operator.operand}`}
            condition={condition}
            field={field}
            operator={operator}
            timeZone={draft.timeZone}
            wrong={text}
            onChange={(values, unit) => put({ ...condition, values, unit }, 'values')}
          />
        </div>
      )}
      <NodeMenu label={t('segments.builder.condition_actions')} items={items} />
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

/** A condition that the builder cannot edit: it is told in words, and stays as it is. */
function KeptCondition({ node, inside, context }: { node: Kept; inside: Group; context: Context }) {
  const { t } = useTranslation();
  const words = useWords(context.fields, context.draft.timeZone, [node.rule]);
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
