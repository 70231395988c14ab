import type { Api } from '../api/client';
import { ApiError, problemOf, unreachable } from '../api/problem';

/** Sends a file to the server as it is, and tells how much of it is there (0 to 1). */
export function upload(file: File, onProgress: (share: number) => void, signal?: AbortSignal): Promise<Api['Upload']> {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.open('PUT', `/api/v1/uploads/${encodeURIComponent(file.name)}`);
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    request.upload.onprogress = (e) => e.lengthComputable && onProgress(e.loaded / e.total);
    request.onerror = () => failed(unreachable());
    request.onabort = () => failed(new ApiError('given_up', ''));
    request.onload = () => {
      let body: unknown;
      try {
        body = JSON.parse(request.responseText);
      } catch {
        body = undefined;
      }
      if (request.status === 200 && body) done(body as Api['Upload']);
      else failed(problemOf(new Response(null, { status: request.status || 500 }), body));
    };
    signal?.addEventListener('abort', () => request.abort());
    request.send(file);
  });
}
