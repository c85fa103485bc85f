import { type InboundAnnotation } from '@assay/contracts/inbound/inbound-annotation';
import { completeProject } from '@assay/contracts/project/project-file';
import { type Claim, type Inbound, judge, LAST_REVISION, toClaim } from './annotation.domain';
import { decideProject, type Project } from './project.domain';

const received = { source: 'cvat', at: '2026-03-01T12:00:00.000Z', place: 7 };

function anInbound(changes: Partial<InboundAnnotation> = {}): Inbound {
  return { type: 'annotation', data: { project: 'rte', item: '266', worker: 'w001', label: '1', ...changes } };
}

function aClaim(changes: Partial<InboundAnnotation> = {}): Claim {
  const read = toClaim(anInbound(changes), received);
  if (read.type === 'refused') throw new Error(JSON.stringify(read.errors));
  return read.claim;
}

function aProject(questions: unknown[] = [{ name: 'label', labels: ['0', '1'] }]): Project {
  const completed = completeProject({ project: 'rte', questions });
  if (completed.type === 'refused') throw new Error(JSON.stringify(completed.errors));
  const outcome = decideProject(
    { type: 'configure', definition: completed.project },
    undefined,
    (version) => version + 1,
  );
  if (outcome.type !== 'created') throw new Error(outcome.type);
  return outcome.project;
}

describe('toClaim', () => {
  it('makes what says nothing of when, which revision or which id happen when it is received', () => {
    expect(aClaim()).toMatchObject({
      fresh: true,
      data: { source: 'cvat', role: 'human', occasion: 0, revision: 0, occurredAt: received.at, order: 7 },
    });
  });

  it.each([{ id: 'e1' }, { order: 3 }, { revision: 0 }, { occurredAt: '2026-02-28T09:30:00+01:00' }])(
    'leaves %j to say by itself when it happened',
    (said) => {
      const claim = aClaim(said);
      expect(claim.fresh).toBe(false);
      expect(claim.data.order).toBe(said.order ?? 0);
      expect(claim.data.occurredAt).toBe(said.occurredAt === undefined ? undefined : '2026-02-28T08:30:00.000Z');
    },
  );

  it('keeps the source and the role that are given', () => {
    expect(aClaim({ source: 'labelstudio', role: 'model', occasion: 2 }).data).toMatchObject({
      source: 'labelstudio',
      role: 'model',
      occasion: 2,
    });
  });

  it('gives a retraction without a revision the last word', () => {
    const read = toClaim(
      { type: 'retraction', data: { project: 'rte', item: '266', worker: 'w001', id: 'e2' } },
      received,
    );
    expect(read).toMatchObject({ claim: { data: { revision: LAST_REVISION } } });
  });

  it('changes nothing about a claim that comes by again', () => {
    const once = aClaim({ id: 'e1', occurredAt: '2026-02-28T09:30:00+01:00' });
    const again = toClaim(
      { type: 'annotation', data: once.data as InboundAnnotation },
      { source: 'other', at: 'later', place: 0 },
    );
    expect(again).toEqual({ type: 'claim', claim: once });
  });

  it('refuses a time without an offset', () => {
    expect(toClaim(anInbound({ occurredAt: '2026-02-28 09:30' }), received)).toMatchObject({
      code: 'invalid',
      errors: [{ path: 'occurredAt', value: '2026-02-28 09:30', expected: expect.stringContaining('with its offset') }],
    });
  });
});

describe('judge', () => {
  it('gives a single label to the only question', () => {
    expect(judge(aClaim({ id: 'e1', label: 1, seconds: 14 }), aProject())).toEqual({
      type: 'statement',
      statement: {
        about: {
          project: 'rte',
          item: '266',
          worker: 'w001',
          source: 'cvat',
          id: 'e1',
          role: 'human',
          occasion: 0,
          revision: 0,
          occurredAt: undefined,
          order: 0,
        },
        content: { type: 'labels', labels: { label: '1' }, schemaVersion: 1, seconds: 14, guideline: undefined },
      },
    });
  });

  it.each([
    [{ label: 'b', question: 'tone' }, { tone: 'b' }],
    [
      { label: undefined, labels: { tone: 'a', label: '0' } },
      { label: '0', tone: 'a' },
    ],
  ])('gives %j to the questions it names', (changes, labels) => {
    const project = aProject([
      { name: 'label', labels: ['0', '1'] },
      { name: 'tone', labels: ['a', 'b'] },
    ]);
    expect(judge(aClaim(changes), project)).toMatchObject({ statement: { content: { labels } } });
  });

  it.each([
    ['an unknown label', { label: '5' }, 'labels.label', '5', 'one of 0, 1'],
    [
      'an unknown question',
      { question: 'lable' },
      'labels.lable',
      '1',
      'one of the questions label (did you mean label?)',
    ],
    ['no label', { label: undefined }, 'label', undefined, 'a label for one of label'],
    ['label beside labels', { labels: { label: '1' } }, 'label', '1', 'nothing, where labels are given'],
  ])('refuses %s', (_what, changes, path, value, expected) => {
    expect(judge(aClaim(changes), aProject())).toEqual({
      type: 'refused',
      code: 'invalid',
      errors: [{ path, value, expected }],
    });
  });

  it('asks for the question where there are several', () => {
    const project = aProject([
      { name: 'label', labels: ['0', '1'] },
      { name: 'tone', labels: ['a', 'b'] },
    ]);
    expect(judge(aClaim(), project)).toMatchObject({ errors: [{ path: 'question', expected: 'one of label, tone' }] });
  });

  it('waits for a project that is not there', () => {
    expect(judge(aClaim(), undefined)).toEqual({ type: 'waits' });
  });

  it('waits for a schema version that it names, where its label is not known', () => {
    expect(judge(aClaim({ label: '2', schemaVersion: 2 }), aProject())).toEqual({ type: 'waits' });
    expect(judge(aClaim({ label: '2', schemaVersion: 1 }), aProject())).toMatchObject({ type: 'refused' });
    expect(judge(aClaim({ label: '1', schemaVersion: 2 }), aProject())).toMatchObject({ type: 'statement' });
  });

  it('keeps nothing waiting that cannot be kept', () => {
    expect(judge(aClaim({ label: 'a\u0000b' }), undefined)).toMatchObject({
      code: 'invalid',
      errors: [{ path: 'labels' }],
    });
  });

  it('refuses what comes to an archived project', () => {
    const project: Project = { ...aProject(), status: 'archived' };
    expect(judge(aClaim(), project)).toMatchObject({ code: 'archived', errors: [{ path: 'project', value: 'rte' }] });
  });
});
