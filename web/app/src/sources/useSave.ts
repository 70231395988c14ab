import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { type Api, api, send } from '../api/client';

/** Stores a source, a new one or one that there is, and goes to its page; keeps what went wrong. */
export function useSave(stored: Api['Source'] | undefined, onSaved: () => void) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const save = async (input: Api['SourceInput']) => {
    setBusy(true);
    setError(undefined);
    try {
      const source = stored
        ? await send(
            api.PUT('/api/v1/sources/{id}', {
              params: { path: { id: stored.id } },
              body: { ...input, version: stored.version },
            }),
          )
        : await send(api.POST('/api/v1/sources', { body: input }));
      onSaved();
      client.setQueryData(['sources', source.id], source);
      await client.invalidateQueries({ queryKey: ['sources'] });
      await navigate({ to: '/sources/$id', params: { id: source.id } });
    } catch (e) {
      setError(e);
    } finally {
      setBusy(false);
    }
  };
  return { save, busy, error, clear: () => setError(undefined) };
}
