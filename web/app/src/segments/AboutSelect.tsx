import { Select } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useMe } from '../parts/roles';
import type { Condition } from './model';
import { newRelated } from './model';
import { withField, withOperator } from './operators';
import { type Place, paths, type World } from './tables';

type Props = {
  condition: Condition;
  place: Place;
  world: World;
  error?: string;
  onChange: (next: Condition) => void;
};

/** The name of a path, as the sentence tells it. */
export const pathName = (path: string[]) => path.join(' → ');

const key = (path: string[]) => `related ${JSON.stringify(path)}`;

/** What a condition is about: a field, rows that belong to it, membership of a segment, or who it is. */
export function AboutSelect({ condition, place, world, error, onChange }: Props) {
  const { t } = useTranslation();
  const { may } = useMe();
  const { about, field, related } = condition;
  const ways = paths(world, place);
  const now = related?.path;
  if (now && now.length > 0 && !ways.some((w) => key(w) === key(now))) ways.push(now);
  const value =
    about === 'field'
      ? place.fields.some((f) => f.name === field)
        ? `field ${field}`
        : null
      : about === 'related'
        ? key(related?.path ?? [])
        : about;
  const blank: Condition = { id: condition.id, kind: 'condition', about: 'field', field: '', operator: '', values: [] };
  /** The condition with the first operator that is about it. */
  const begun = (next: Condition): Condition => {
    const first = world.operators.find((o) => o.subject === next.about);
    return first ? withOperator(next, first, undefined) : next;
  };
  const choose = (chosen: string) => {
    if (chosen === value) return;
    if (chosen.startsWith('field ')) {
      const next = place.fields.find((f) => `field ${f.name}` === chosen);
      const before = about === 'field' ? place.fields.find((f) => f.name === field) : undefined;
      if (next) onChange(withField(about === 'field' ? condition : blank, next, before, world.operators));
    } else if (chosen.startsWith('related ')) {
      const path = ways.find((w) => key(w) === chosen);
      if (path) onChange(begun({ ...blank, about: 'related', related: newRelated(path) }));
    } else onChange(begun({ ...blank, about: chosen as Condition['about'] }));
  };
  const near = (w: string[]) => !place.table && w.length === 1;
  const items = (of: string[][]) => of.map((w) => ({ value: key(w), label: pathName(w) }));
  return (
    <Select
      aria-label={t('segments.builder.field')}
      placeholder={t('segments.builder.field')}
      searchable
      nothingFoundMessage={t('segments.builder.no_field')}
      openOnFocus={false}
      value={value}
      data={[
        // What belongs to it stands first: below the fields, which are many, nobody looks for it. What is reached by further steps stands last.
        {
          group: t('segments.builder.about.related'),
          items: items(ways.filter(near)),
        },
        {
          group: place.table ? t('segments.builder.about.columns') : t('segments.builder.about.fields'),
          items: place.fields.map((f) => ({ value: `field ${f.name}`, label: f.name })),
        },
        {
          group: t('segments.builder.about.farther'),
          items: items(ways.filter((w) => !near(w))),
        },
        ...(place.table
          ? []
          : [
              {
                group: t('segments.builder.about.profile'),
                items: [
                  { value: 'segment', label: t('segments.builder.about.segment') },
                  { value: 'profile', label: t('segments.builder.about.literal') },
                  ...(may('administrator') || about === 'query'
                    ? [{ value: 'query', label: t('segments.builder.about.query') }]
                    : []),
                ],
              },
            ]),
      ].filter((g) => g.items.length > 0)}
      error={error}
      allowDeselect={false}
      selectFirstOptionOnChange
      // Else it looks, a moment after it opens, for the option in force, finds none, and Enter does not take the first one.
      selectFirstOptionOnDropdownOpen={!value}
      maxDropdownHeight={320}
      onChange={(chosen) => chosen && choose(chosen)}
    />
  );
}
