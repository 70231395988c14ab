import { useTranslation } from 'react-i18next';
import { useWho } from '../parts/useWho';
import type { Entry } from './filter';

/** What an entry is about, in words: what kind of thing, and what it is called; one of a newer server as that calls it. */
export function useThing() {
  const { t, i18n } = useTranslation();
  const who = useWho();
  return ({ kind, name }: Pick<Entry, 'kind' | 'name'>) => {
    if (!kind) return '';
    const word = i18n.exists(`audit.kind.${kind}`) ? t(`audit.kind.${kind}`) : kind;
    return name ? t('audit.thing', { kind: word, name: who(name) }) : word;
  };
}
