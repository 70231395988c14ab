import { queryOptions } from '@tanstack/react-query';
import { api, send } from '../api/client';

/** How rows of tables belong to profiles or to each other, by age. */
export const relationshipsQuery = queryOptions({
  queryKey: ['relationships'],
  queryFn: async () => (await send(api.GET('/api/v1/relationships'))).items,
});
