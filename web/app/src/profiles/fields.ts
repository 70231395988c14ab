import type { Api } from '../api/client';

type Profile = Pick<Api['Profile'], 'id' | 'values'>;

/** How many fields of a customer stand beside the id in a table. */
const most = 6;

/** The fields that a table of customers shows: the first ones, without the key that is the id of the profile already. */
export const fieldsToShow = (profiles: Profile[]): string[] =>
  (profiles[0]?.values ?? [])
    .filter(({ field }) => !profiles.every((p) => p.values.find((v) => v.field === field)?.value === p.id))
    .slice(0, most)
    .map((v) => v.field);
