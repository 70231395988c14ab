import { queryOptions } from '@tanstack/react-query';
import { api, send } from '../api/client';

export const sessionsQuery = queryOptions({
  queryKey: ['sessions'],
  queryFn: async () => (await send(api.GET('/api/v1/me/sessions'))).items,
});

export const tokensQuery = queryOptions({
  queryKey: ['tokens'],
  queryFn: async () => (await send(api.GET('/api/v1/me/tokens'))).items,
});
