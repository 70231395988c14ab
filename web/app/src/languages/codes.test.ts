import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import en from './en';
import hr from './hr';
import { keysOf } from './scan';

type Schema = { enum?: string[]; properties?: Record<string, Schema>; items?: Schema; additionalProperties?: Schema };

const document = JSON.parse(readFileSync(join(import.meta.dirname, '../../../../docs/openapi.json'), 'utf8'));
const schemas = document.components.schemas as Record<string, Schema>;

/** What the server can say in codes, and the texts of each code; `*` stands for the code. */
const told: Record<string, string[]> = {
  'Problem.code': ['errors.*.what', 'errors.*.todo'],
  'Export.status': ['parts.status.*'],
  'RunRow.reason': ['exports.reason.*'],
  'RunRow.bucket': ['parts.bucket.*'],
  'HoldReason.code': ['exports.held.reason.*'],
  'Run.kind': ['exports.kind.*', 'exports.runs.*'],
  'Run.step': ['parts.steps.*'],
  'Run.stop': ['exports.stop.*'],
  'Batch.kind': ['exports.batches.kinds.*'],
  'Batch.state': ['exports.batches.states.*'],
  'Export.leavers': ['exports.leavers.*', 'exports.editor.leavers.*'],
  'Export.your_permissions': ['exports.permissions.*'],
  'ExportSchedule.mode': ['exports.schedule.*'],
  'OperatorInfo.operator': ['segments.operator.*'],
  'Rule.unit': [
    'segments.unit.*_other',
    'segments.builder.units.*',
    'segments.builder.calendar.*',
    'segments.calendar.in_this.*',
    'segments.calendar.not_in_this.*',
    'segments.calendar.in_the_previous.*',
    'segments.calendar.not_in_the_previous.*',
  ],
  'Related.function': ['segments.function.*', 'segments.builder.measures.*'],
  'SegmentRule.combine': ['segments.combine.*'],
  'SegmentSchedule.mode': ['segments.schedule.*', 'segments.schedule.means.*'],
  'Field.semantic': ['profiles.semantic.*'],
  'Field.type': ['sources.type.*', 'exports.editor.type.*'],
  'Attribute.type': ['exports.editor.type.*'],
  'Connection.type': ['connections.type.*'],
  'Person.role': ['shell.role.*'],
  'Task.kind': ['system.status.kinds.*'],
  'Notice.kind': ['system.told.kind.*'],
  'Delivery.state': ['system.told.state.*'],
  'NoticeTest.channel': ['system.notices.test.sent.*'],
  'MailSettings.security': ['system.notices.secure.*'],
  'ConditionOutcome.outcome': ['unify.outcome.*'],
  'Explanation.pair': ['unify.pair.*', 'unify.said.*', 'unify.say.*'],
  'FieldSurvivorship.method': ['unify.method.*'],
  'MatchCondition.clean': ['unify.clean.*'],
  'MatchCondition.kind': ['unify.kind.*'],
  'ProfileChange.kind': ['unify.change.*'],
  'AuditActor.kind': ['audit.actor.*'],
  'SegmentChange.change': ['segments.history.one.*'],
  'Source.kind': ['sources.kind.*'],
  'OutOfStepReason.code': ['exports.behind.reason.*'],
};

/** Codes that a screen tells otherwise than by a text of each, and how. */
const otherwise: Record<string, string> = {
  'Connection.clear_empty': 'a tick',
  'Connection.mirror': 'a tick',
  'Decision.missing': 'the choices',
  'ExtraDecided.profile': 'the choices',
  'ExtraDecided.sent': 'the choices',
  'ExtraDecided.unknown': 'the choices',
  'ExportEnd.do': 'the choices',
  'ExportUser.kind': 'by who it is',
  'GivenUp.state': 'who gave it up, and when',
  'Health.status': 'no screen asks',
  'OperatorInfo.operand': 'what there is to fill in',
  'OperatorInfo.subject': 'what the operator is offered for',
  'OperatorInfo.types': 'whether the operator is offered',
  'OperatorInfo.negates': 'the operator itself',
  'RefreshSchedule.days': 'the names of days that the browser knows',
  'Standing.ownership': 'the columns',
  'TaskSchedule.mode': 'as those of exports and of segments',
};

/** Every enumeration in the document, by where it first stands, with those that say the same left out. */
function enumerations(): Map<string, string[]> {
  const out = new Map<string, string[]>();
  const visit = (path: string, s: Schema) => {
    if (s.enum) out.set(path, s.enum);
    if (s.items) visit(path, s.items);
    if (s.additionalProperties) visit(path, s.additionalProperties);
    for (const [name, p] of Object.entries(s.properties ?? {})) visit(`${path}.${name}`, p);
  };
  for (const [name, s] of Object.entries(schemas)) visit(name, s);
  return out;
}

const found = enumerations();

test('every code of the document is told on a screen', () => {
  for (const path of [...Object.keys(told), ...Object.keys(otherwise)]) expect([...found.keys()]).toContain(path);
  const known = [...Object.keys(told), ...Object.keys(otherwise)].map((path) => new Set(found.get(path)));
  const untold = [...found].filter(([, codes]) => !known.some((k) => codes.every((c) => k.has(c))));
  expect(untold.map(([path]) => path)).toEqual([]);
});

test.each([
  ['en', en],
  ['hr', hr],
])('%s has words for every code', (_, texts) => {
  const keys = new Set(keysOf(texts));
  const lacking = Object.entries(told).flatMap(([path, patterns]) =>
    (found.get(path) ?? []).flatMap((code) =>
      patterns.map((p) => p.replace('*', code)).filter((key) => !keys.has(key) && !keys.has(`${key}_other`)),
    ),
  );
  expect(lacking).toEqual([]);
});
