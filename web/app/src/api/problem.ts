import type { components } from './schema.gen';

type Problem = components['schemas']['Problem'];

/** What the API answered instead of what was asked for. */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    readonly detail: string,
    readonly remedy = '',
    readonly field = '',
    readonly requestId = '',
    readonly status = 0,
  ) {
    super(detail);
    this.name = 'ApiError';
  }

  /** The text to give to whoever helps. */
  get technical(): string {
    return [this.code, this.field, this.detail, this.remedy, this.requestId && `request ${this.requestId}`]
      .filter(Boolean)
      .join('\n');
  }
}

/** The server could not be reached at all. */
export const unreachable = () => new ApiError('unreachable', 'the server does not answer');

/** Makes an error of an answer; of one that is no problem of Segue (a proxy's page) only the status is known. */
export function problemOf(response: Response, body: unknown): ApiError {
  const p = body as Partial<Problem> | undefined;
  if (!p || typeof p !== 'object' || typeof p.code !== 'string') {
    return new ApiError('unexpected', `HTTP ${response.status}`, '', '', '', response.status);
  }
  const detail = (p.errors ?? []).map((e) => `${e.field}: ${e.message}`).join('; ') || p.detail || '';
  return new ApiError(p.code, detail, p.remedy, p.field, p.request_id, response.status);
}

export const codeOf = (error: unknown) => (error instanceof ApiError ? error.code : undefined);
