import { useTranslation } from 'react-i18next';

/** What the server says of rows that no profiles can be made of, with the text of `unify.not_built` for it and what stands in its holes. */
const known: [RegExp, 'key_both' | 'key_missing' | 'key_same' | 'no_column', string[]][] = [
  [
    /the key "(.*)" is .*\(missing in rows? ([^;)]+); the same in rows? ([^;)]+)\)/,
    'key_both',
    ['key', 'missing', 'same'],
  ],
  [/the key "(.*)" is .*\(missing in rows? ([^;)]+)\)/, 'key_missing', ['key', 'missing']],
  [/the key "(.*)" is .*\(the same in rows? ([^;)]+)\)/, 'key_same', ['key', 'same']],
  [/the table has no column "(.*?)", (?:the key|from which the field)/, 'no_column', ['column']],
];

/** Why profiles could not be built of what there is, in the language on screen: rows that no profile can be made of are no rows that
 * could not be taken over. Undefined for other codes; `exact` where the server's own words have nothing to add. */
export function useBuildFault() {
  const { t } = useTranslation();
  return (code: string | undefined, said: string) => {
    if (code !== 'source_refused') return undefined;
    for (const [pattern, key, names] of known) {
      const found = pattern.exec(said);
      if (!found) continue;
      const holes = Object.fromEntries(names.map((name, i) => [name, found[i + 1] ?? '']));
      return { exact: true, what: t(`unify.not_built.${key}.what`, holes), todo: t(`unify.not_built.${key}.todo`) };
    }
    return { exact: false, what: t('unify.not_built.what'), todo: t('unify.not_built.todo') };
  };
}
