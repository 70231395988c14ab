import { expect, test } from 'vitest';
import { stepsDone } from './steps';

test('a step is done by what it leads to, not by what was begun', () => {
  const nothing = { sources: [], profile: undefined, segments: [], connections: [] };
  expect(Object.values(stepsDone(nothing))).toEqual([false, false, false, false, false]);
  const begun = { ...nothing, sources: [{}], profile: {} as never };
  expect(Object.values(stepsDone(begun))).toEqual([false, false, false, false, false]);
  const at = '2026-11-02T00:00:00Z';
  const done = {
    sources: [{}, { ingest: { at } as never }],
    profile: { build: { at } } as never,
    segments: [1],
    connections: [1],
  };
  expect(stepsDone(done)).toEqual({ source: true, profile: true, segment: true, connection: true, export: false });
});
