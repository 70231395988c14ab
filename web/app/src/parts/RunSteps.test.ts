import { expect, test } from 'vitest';
import { stepStates } from './RunSteps';

test('steps before the one that runs are done, those after it come later', () => {
  expect(stepStates({ kind: 'run', status: 'running', step: 'send', ended: false })).toEqual([
    'done',
    'done',
    'now',
    'later',
  ]);
  expect(stepStates({ kind: 'run', status: 'queued', ended: false })).toEqual(['later', 'later', 'later', 'later']);
});

test('a held run waits at its check, a failed one stopped where it was', () => {
  expect(stepStates({ kind: 'run', status: 'held', step: 'check', ended: false })).toEqual([
    'done',
    'held',
    'later',
    'later',
  ]);
  expect(stepStates({ kind: 'run', status: 'failed_permanent', step: 'send', ended: true })).toEqual([
    'done',
    'done',
    'stopped',
    'later',
  ]);
});

test('a run that ended well did all steps, a dry run only the first two', () => {
  expect(stepStates({ kind: 'run', status: 'successful_with_rejects', step: 'settle', ended: true })).toEqual([
    'done',
    'done',
    'done',
    'done',
  ]);
  expect(stepStates({ kind: 'dry_run', status: 'successful', step: 'check', ended: true })).toEqual([
    'done',
    'done',
    'later',
    'later',
  ]);
});

test('a run that waits for Brevo, or is tried again, does not say that it runs', () => {
  expect(stepStates({ kind: 'run', status: 'waiting_for_brevo', step: 'settle', ended: false })[3]).toBe('waiting');
  expect(stepStates({ kind: 'run', status: 'failed_retrying', step: 'send', ended: false })[2]).toBe('retrying');
});
