import { useMediaQuery } from '@mantine/hooks';

/** Whether it is the window of a phone, on which tables become cards. */
export const useNarrow = () => useMediaQuery('(max-width: 640px)', false, { getInitialValueInEffect: false });
