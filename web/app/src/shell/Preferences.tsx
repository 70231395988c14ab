import { SegmentedControl, useMantineColorScheme } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { choose, isLanguage, languages } from '../languages/languages';

/** Changes the language at once, and keeps it at this browser. */
export function LanguageSwitch() {
  const { t, i18n } = useTranslation();
  return (
    <SegmentedControl
      fullWidth
      size="xs"
      aria-label={t('shell.language')}
      value={i18n.language}
      onChange={(value) => {
        if (isLanguage(value)) void choose(value);
      }}
      data={Object.entries(languages).map(([value, { name }]) => ({ value, label: name }))}
    />
  );
}

/** Light, dark, or as the system is. */
export function Appearance() {
  const { t } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <SegmentedControl
      fullWidth
      size="xs"
      aria-label={t('shell.appearance.label')}
      value={colorScheme}
      onChange={(value) => setColorScheme(value as typeof colorScheme)}
      data={(['light', 'dark', 'auto'] as const).map((value) => ({ value, label: t(`shell.appearance.${value}`) }))}
    />
  );
}
