import { queryOptions } from '@tanstack/react-query';
import { api, everything, send } from '../api/client';

export const peopleQuery = queryOptions({
  queryKey: ['people'],
  queryFn: () => everything((after) => send(api.GET('/api/v1/people', { params: { query: { after, limit: 200 } } }))),
});
