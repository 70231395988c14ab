import { Select } from '@mantine/core';
import { useTranslation } from 'react-i18next';

type Props = {
  value?: string;
  segments: { id: string; name: string }[];
  error?: string;
  /** What stands above it, where it stands alone. */
  label?: string;
  onChange: (id: string) => void;
};

/** The segment that a condition names. */
export function SegmentSelect({ value, segments, error, label, onChange }: Props) {
  const { t } = useTranslation();
  return (
    <Select
      label={label}
      aria-label={label ? undefined : t('segments.one')}
      placeholder={t('segments.one')}
      searchable
      nothingFoundMessage={t('segments.builder.no_segment')}
      openOnFocus={false}
      allowDeselect={false}
      selectFirstOptionOnChange
      // Else it looks, a moment after it opens, for the option in force, finds none, and Enter does not take the first one.
      selectFirstOptionOnDropdownOpen={!value}
      maxDropdownHeight={320}
      value={segments.some((s) => s.id === value) ? (value ?? null) : null}
      data={segments.map((s) => ({ value: s.id, label: s.name }))}
      error={error}
      onChange={(id) => id && onChange(id)}
    />
  );
}
