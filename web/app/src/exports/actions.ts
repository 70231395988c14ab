import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, send } from '../api/client';
import { runKey } from '../parts/useRun';

type Kind = 'run' | 'dry_run' | 'reconcile';

/** What can be done with an export and its runs; whatever shows them is read again afterwards. */
export function useExportActions() {
  const client = useQueryClient();
  const again = () =>
    Promise.all(['exports', 'runs', 'rows', 'batches'].map((key) => client.invalidateQueries({ queryKey: [key] })));
  return {
    // The key makes a request that is sent twice by the network start one run.
    start: useMutation({
      mutationFn: ({ id, kind }: { id: string; kind: Kind }) =>
        send(
          api.POST('/api/v1/exports/{id}/runs', {
            params: { path: { id }, header: { 'Idempotency-Key': crypto.randomUUID() } },
            body: { kind },
          }),
        ),
      onSuccess: again,
    }),
    runAll: useMutation({ mutationFn: () => send(api.POST('/api/v1/exports/run-all')), onSuccess: again }),
    answer: useMutation({
      mutationFn: ({ id, choice }: { id: string; choice: 'release' | 'refuse' | 'cancel' }) =>
        send(api.POST(`/api/v1/runs/{id}/${choice}`, { params: { path: { id } } })),
      onSuccess: (run) => {
        client.setQueryData(runKey(run.id), run);
        return again();
      },
    }),
    remove: useMutation({
      mutationFn: (id: string) => send(api.DELETE('/api/v1/exports/{id}', { params: { path: { id } } })),
      onSuccess: again,
    }),
  };
}
