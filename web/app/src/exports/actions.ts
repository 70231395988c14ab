import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type Api, api, send } from '../api/client';
import { runKey } from '../parts/useRun';

type Kind = Api['RunStart']['kind'];

/** What can be done with an export and its runs; whatever shows them is read again afterwards. */
export function useExportActions() {
  const client = useQueryClient();
  const again = () =>
    Promise.all(
      ['exports', 'runs', 'rows', 'batches', 'status'].map((key) => client.invalidateQueries({ queryKey: [key] })),
    );
  return {
    // The key makes a request that is sent twice by the network start one run.
    start: useMutation({
      mutationFn: ({ id, kind, refresh_mirror }: { id: string; kind: Kind; refresh_mirror?: boolean }) =>
        send(
          api.POST('/api/v1/exports/{id}/runs', {
            params: { path: { id }, header: { 'Idempotency-Key': crypto.randomUUID() } },
            body: { kind, refresh_mirror },
          }),
        ),
      onSuccess: again,
    }),
    runAll: useMutation({ mutationFn: () => send(api.POST('/api/v1/exports/run-all')), onSuccess: again }),
    refreshAndRun: useMutation({
      mutationFn: (id: string) => send(api.POST('/api/v1/exports/{id}/refresh', { params: { path: { id } } })),
      onSuccess: () => Promise.all([again(), client.invalidateQueries({ queryKey: ['refreshes'] })]),
    }),
    answer: useMutation({
      mutationFn: ({ id, choice }: { id: string; choice: 'release' | 'refuse' | 'cancel' | 'give-up' }) =>
        send(api.POST(`/api/v1/runs/{id}/${choice}`, { params: { path: { id } } })),
      onSuccess: (run) => {
        client.setQueryData(runKey(run.id), run);
        return again();
      },
    }),
    decide: useMutation({
      mutationFn: ({ id, decision }: { id: string; decision: Api['DecisionInput'] }) =>
        send(api.POST('/api/v1/runs/{id}/decisions', { params: { path: { id } }, body: decision })),
      onSuccess: (run) => {
        client.setQueryData(runKey(run.id), run);
        return again();
      },
    }),
    remove: useMutation({
      mutationFn: (id: string) => send(api.DELETE('/api/v1/exports/{id}', { params: { path: { id } } })),
      onSuccess: again,
    }),
    duplicate: useMutation({
      mutationFn: ({ id, name }: { id: string; name: string }) =>
        send(api.POST('/api/v1/exports/{id}/duplicate', { params: { path: { id } }, body: { name } })),
      onSuccess: again,
    }),
    detach: useMutation({
      mutationFn: (id: string) => send(api.POST('/api/v1/exports/{id}/detach', { params: { path: { id } } })),
      onSuccess: again,
    }),
    attach: useMutation({
      mutationFn: ({ id, ...body }: { id: string } & Api['AttachInput']) =>
        send(api.POST('/api/v1/exports/{id}/attach', { params: { path: { id } }, body })),
      onSuccess: again,
    }),
    schedule: useMutation({
      mutationFn: (body: Api['ScheduleExports']) => send(api.POST('/api/v1/exports/schedule', { body })),
      onSuccess: again,
    }),
    freshness: useMutation({
      mutationFn: ({ id, ...body }: { id: string } & Api['FreshnessInput']) =>
        send(api.PUT('/api/v1/exports/{id}/freshness', { params: { path: { id } }, body })),
      onSuccess: again,
    }),
    adopt: useMutation({
      mutationFn: (id: string) => send(api.POST('/api/v1/exports/{id}/adoptions', { params: { path: { id } } })),
      onSuccess: again,
    }),
  };
}
