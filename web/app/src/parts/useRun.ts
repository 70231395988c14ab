import { type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { type Api, api, send } from '../api/client';

export const runKey = (id: string) => ['run', id] as const;

/** A run, followed live while it goes on: every state that the server tells is put where the query keeps it. */
export function useRun(id: string | undefined) {
  const client = useQueryClient();
  const query = useQuery({
    queryKey: runKey(id ?? ''),
    queryFn: () => send(api.GET('/api/v1/runs/{id}', { params: { path: { id: id ?? '' } } })),
    enabled: !!id,
  });
  const live = !!query.data && !query.data.ended;
  useEffect(() => {
    if (!id || !live) return;
    const events = new EventSource(`/api/v1/runs/${encodeURIComponent(id)}/events`);
    events.addEventListener('run', (event) => {
      const run = JSON.parse(event.data) as Api['Run'];
      told(client, run);
      if (run.ended) {
        events.close();
        void client.invalidateQueries({ queryKey: ['exports'] });
        void client.invalidateQueries({ queryKey: ['runs'] });
        void client.invalidateQueries({ queryKey: ['list-sizes'] });
      }
    });
    return () => events.close();
  }, [id, live, client]);
  return query;
}

/** Puts a state of a run wherever the run is shown: on its own, in lists of runs, and as the latest of its export. */
export function told(client: QueryClient, run: Api['Run']) {
  client.setQueryData<Api['Run']>(runKey(run.id), (was) => newer(was, run));
  client.setQueriesData<Api['Run'][]>({ queryKey: ['runs'] }, (list) =>
    list?.map((r) => (r.id === run.id ? newer(r, run) : r)),
  );
  const within = (e: Api['Export']): Api['Export'] => {
    if (e.latest_run?.id !== run.id) return e;
    const latest = newer(e.latest_run, run);
    return { ...e, latest_run: latest, status: e.status === e.latest_run.status ? latest.status : e.status };
  };
  client.setQueryData<Api['Export'][]>(['exports'], (list) => list?.map(within));
  client.setQueryData<Api['Export']>(['exports', run.export_id], (e) => e && within(e));
}

/** Of two states of a run the later one: answers may overtake each other. */
export function newer(was: Api['Run'] | undefined, run: Api['Run']): Api['Run'] {
  return was && was.version > run.version ? was : run;
}
