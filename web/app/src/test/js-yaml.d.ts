declare module 'js-yaml' {
  export const FAILSAFE_SCHEMA: object;
  export function load(text: string, options?: { schema?: object }): unknown;
}
