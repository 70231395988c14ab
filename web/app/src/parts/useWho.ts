import { useTranslation } from 'react-i18next';

/** Who asked for something: people by their names, and what is no person in the language on screen. */
export function useWho() {
  const { t } = useTranslation();
  const known: Record<string, string> = {
    "the server's machine": t('parts.who.machine'),
    schedule: t('parts.who.schedule'), // of runs and refreshes
    'the schedule': t('parts.who.schedule'), // of the audit log
  };
  return (name: string) => known[name] ?? name;
}
