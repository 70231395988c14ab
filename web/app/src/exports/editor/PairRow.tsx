import { ActionIcon, Button, Checkbox, Select, TextInput } from '@mantine/core';
import { IconArrowRight, IconX } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Api, api, send } from '../../api/client';
import { ErrorPanel } from '../../parts/ErrorPanel';
import { attributesQuery } from '../queries';
import { attributeName, fits, type Pair, suggested, takenBy, typeFor } from './draft';
import classes from './editor.module.css';

type Props = {
  number: number;
  pair: Pair;
  fields: Api['Field'][];
  attributes: Api['Attribute'][];
  connection: string;
  used: string[];
  others: Api['Export'][];
  takes: boolean;
  onChange: (pair: Pair) => void;
  onTake: (take: boolean) => void;
  onRemove: () => void;
};

const making = '\u0000new'; // no attribute is called so

/** One field and the attribute it goes to. */
export function PairRow(props: Props) {
  const { pair, fields, attributes, onChange } = props;
  const { t } = useTranslation();
  const [isNew, setNew] = useState(false);
  const field = fields.find((f) => f.name === pair.field);
  const attribute = attributes.find((a) => a.name === pair.attribute);
  const taken = takenBy(pair, props.others);
  const options = attributes
    .filter((a) => !a.read_only && !props.used.includes(a.name))
    .map((a) => ({ value: a.name, label: `${a.name} · ${t(`exports.editor.type.${a.type}`)}` }));
  if (pair.attribute && !attribute) options.push({ value: pair.attribute, label: pair.attribute });
  return (
    <li>
      <div className={classes.pair}>
        <Select
          aria-label={t('exports.editor.matching.field_n', { n: props.number })}
          placeholder={t('exports.editor.matching.field')}
          searchable
          data={fields.map((f) => ({
            value: f.name,
            label: `${f.name} · ${t(`exports.editor.type.${f.type}`)}`,
          }))}
          value={pair.field || null}
          onChange={(name) => {
            const next = fields.find((f) => f.name === name);
            const offered = next && !pair.attribute ? suggested(next, attributes) : undefined;
            onChange({
              field: name ?? '',
              attribute: offered && !props.used.includes(offered) ? offered : pair.attribute,
            });
          }}
        />
        <IconArrowRight size={16} aria-hidden />
        <Select
          aria-label={t('exports.editor.matching.attribute_n', { n: props.number })}
          placeholder={t('exports.editor.matching.attribute')}
          searchable
          data={[...options, { value: making, label: t('exports.editor.matching.new') }]}
          value={pair.attribute || null}
          onChange={(name) => {
            if (name === making) setNew(true);
            else onChange({ ...pair, attribute: name ?? '' });
          }}
        />
        <ActionIcon
          variant="subtle"
          color="gray"
          c="var(--muted)"
          aria-label={t('exports.editor.matching.leave_out', { name: pair.attribute || pair.field || props.number })}
          onClick={props.onRemove}
        >
          <IconX size={16} aria-hidden />
        </ActionIcon>
        {pair.attribute && !attribute && (
          <p className={classes.under} style={{ color: 'var(--bad)' }}>
            {t('exports.editor.matching.gone', { attribute: pair.attribute })}
          </p>
        )}
        {field && attribute && !fits(field, attribute) && (
          <p className={classes.under} style={{ color: 'var(--warn)' }}>
            {t('exports.editor.matching.differ', {
              field: t(`exports.editor.type.${field.type}`),
              attribute: t(`exports.editor.type.${attribute.type}`),
            })}
          </p>
        )}
        {taken && (
          <Checkbox
            className={classes.under}
            checked={props.takes}
            onChange={(e) => props.onTake(e.currentTarget.checked)}
            label={t('exports.editor.matching.take', { name: taken.name, attribute: pair.attribute })}
            description={t('exports.editor.matching.taken', {
              name: taken.name,
              attribute: pair.attribute,
              field: taken.field,
            })}
          />
        )}
        {isNew && (
          <NewAttribute
            connection={props.connection}
            field={field}
            onMade={(name) => {
              setNew(false);
              onChange({ ...pair, attribute: name });
            }}
            onClose={() => setNew(false)}
          />
        )}
      </div>
    </li>
  );
}

const types = ['text', 'number', 'date', 'boolean'] as const;

function NewAttribute(props: {
  connection: string;
  field: Api['Field'] | undefined;
  onMade: (name: string) => void;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [name, setName] = useState(props.field ? attributeName(props.field.name) : '');
  const [type, setType] = useState<Api['AttributeInput']['type']>(props.field ? typeFor(props.field) : 'text');
  const make = useMutation({
    mutationFn: () =>
      send(
        api.POST('/api/v1/connections/{id}/attributes', {
          params: { path: { id: props.connection } },
          body: { name, type },
        }),
      ),
    onSuccess: (made) => {
      client.setQueryData(attributesQuery(props.connection).queryKey, (was) => [
        ...(was ?? []).filter((a) => a.name !== made.name),
        made,
      ]);
      props.onMade(made.name);
    },
  });
  return (
    <fieldset className={`${classes.under} stack`} style={{ border: 0, padding: 0, margin: 0, gap: 8 }}>
      <legend className="visually-hidden">{t('exports.editor.matching.new_title')}</legend>
      <div className="row" style={{ alignItems: 'flex-end' }}>
        <TextInput
          label={t('exports.editor.matching.new_title')}
          value={name}
          onChange={(e) => setName(e.currentTarget.value.toUpperCase().replace(/[^A-Z0-9_]/g, '_'))}
          spellCheck={false}
          data-autofocus
        />
        <Select
          label={t('exports.editor.matching.type')}
          allowDeselect={false}
          value={type}
          data={types.map((x) => ({ value: x, label: t(`exports.editor.type.${x}`) }))}
          onChange={(x) => setType(types.find((y) => y === x) ?? 'text')}
        />
        <Button variant="default" disabled={!name} loading={make.isPending} onClick={() => make.mutate()}>
          {t('exports.editor.matching.create')}
        </Button>
        <Button variant="subtle" color="gray" c="var(--muted)" onClick={props.onClose}>
          {t('parts.cancel')}
        </Button>
      </div>
      {make.error && <ErrorPanel error={make.error} />}
    </fieldset>
  );
}
