import { type Entry } from '@assay/contracts/annotation/entry';
import { type Decision } from '@assay/contracts/consensus/decision';
import { type Policy, type Question } from '@assay/contracts/project/label-schema';
import { DEFAULT_POLICY } from '@assay/contracts/project/project-defaults';
import fc from 'fast-check';
import { cellOf, standingCells, workOf } from './work.domain';

const label: Question = { name: 'label', kind: 'choice', labels: ['a', 'b'] };
const tone: Question = { name: 'tone', kind: 'choice', labels: ['x', 'y'], minOverlap: 1, maxOverlap: 2 };

function aProject(policy: Partial<Policy> = {}, questions: Question[] = [label]) {
  return { questions, policy: { ...DEFAULT_POLICY, minOverlap: 3, maxOverlap: 5, ...policy }, isArchived: false };
}

function said(worker: number, labels: Record<string, number> = { label: 0 }, role: Entry['role'] = 'human'): Entry {
  return { id: `e${worker}`, worker: `w${worker}`, role, occasion: 0, revision: 0, order: 0, labels };
}

function decision(change: Partial<Decision>): Decision {
  return {
    ...{
      question: 'label',
      state: 'open',
      label: 'a',
      posterior: 0.5,
      confidence: 0.5,
      labels: 0,
      overlap: 0,
      epoch: 0,
    },
    ...change,
  };
}

const fresh = { entries: [], decisions: [], isWithdrawn: false };

describe('workOf', () => {
  it('wants the least overlap of a new item', () => {
    expect(workOf(fresh, aProject())).toEqual({
      overlap: 0,
      wanted: 3,
      confidence: 0,
      isSure: false,
      byUncertainty: false,
    });
  });

  it('wants nobody more between annotations and the decision that they lead to', () => {
    const entries = [said(1), said(2), said(3)];
    expect(workOf({ ...fresh, entries }, aProject())).toMatchObject({ overlap: 3, wanted: 3 });
    expect(workOf({ ...fresh, entries, decisions: [decision({ overlap: 2 })] }, aProject())).toMatchObject({
      wanted: 3,
    });
    expect(workOf({ ...fresh, entries, decisions: [decision({ overlap: 3 })] }, aProject())).toMatchObject({
      wanted: 4,
    });
  });

  it.each(['reached', 'disputed', 'adjudicated', 'unresolvable'] as const)(
    'wants nobody for a question that is %s',
    (state) => {
      const decisions = [decision({ state, overlap: 1 })];
      expect(workOf({ ...fresh, entries: [said(1)], decisions }, aProject()).wanted).toBe(1);
    },
  );

  it('goes by the question that is shortest of workers, never beyond the largest of their most overlaps', () => {
    const entries = [said(1, { tone: 0 }), said(2, { tone: 0 })];
    expect(workOf({ ...fresh, entries }, aProject({}, [label, tone]))).toMatchObject({ overlap: 2, wanted: 5 });
    const many = [1, 2, 3, 4].map((worker) => said(worker, { tone: 0 }));
    expect(workOf({ ...fresh, entries: many }, aProject({}, [label, tone])).wanted).toBe(5);
  });

  it('goes by the thresholds of a question where it has its own', () => {
    const own = (change: Partial<Question>) => aProject({}, [{ ...label, ...change }]);
    expect(workOf(fresh, own({ minOverlap: 1 })).wanted).toBe(1);
    const five = [1, 2, 3, 4, 5].map((worker) => said(worker));
    const item = { ...fresh, entries: five, decisions: [decision({ overlap: 5, confidence: 0.7 })] };
    expect(workOf(item, aProject()).wanted).toBe(5);
    expect(workOf(item, own({ maxOverlap: 7 })).wanted).toBe(6);
    expect([workOf(item, own({})).isSure, workOf(item, own({ minConfidence: 0.6 })).isSure]).toEqual([false, true]);
  });

  it('wants nobody more for an open question that has its most workers', () => {
    const entries = [said(1, { label: 0, tone: 0 }), said(2, { label: 0, tone: 0 })];
    const decisions = [decision({ state: 'reached' }), decision({ question: 'tone', overlap: 2 })];
    expect(workOf({ ...fresh, entries, decisions }, aProject({}, [label, tone])).wanted).toBe(2);
  });

  it('counts a worker once, whichever questions the worker answered', () => {
    const entries = [said(1, { label: 0 }), said(2, { tone: 0 }), said(3, { label: 0, tone: 0 })];
    expect(workOf({ ...fresh, entries }, aProject({}, [label, tone])).overlap).toBe(3);
  });

  it('is as sure as its least sure open question, and not at all of one without a label', () => {
    const by = (second: Partial<Decision>) => {
      const decisions = [decision({ confidence: 0.96 }), decision({ question: 'tone', confidence: 0.4, ...second })];
      return workOf({ ...fresh, decisions }, aProject({}, [label, tone]));
    };
    expect(by({})).toMatchObject({ confidence: 0.4, isSure: false });
    expect(by({ state: 'reached' })).toMatchObject({ confidence: 0.96, isSure: true });
    expect(by({ label: undefined, confidence: 1 })).toMatchObject({ confidence: 0, isSure: false });
  });

  it('counts the roles that the policy counts', () => {
    expect(workOf({ ...fresh, entries: [said(1, { label: 0 }, 'model')] }, aProject()).overlap).toBe(0);
  });

  it('is sure where every open question has the confidence but not the workers', () => {
    const by = (confidence: number) =>
      workOf({ ...fresh, entries: [said(1)], decisions: [decision({ confidence, overlap: 1 })] }, aProject());
    expect(by(0.95)).toMatchObject({ isSure: true, confidence: 0.95, wanted: 3 });
    expect(by(0.9499)).toMatchObject({ isSure: false, confidence: 0.9499, wanted: 3 });
  });

  it('wants nobody for an item that is withdrawn, or of an archived project', () => {
    expect(workOf({ ...fresh, isWithdrawn: true }, aProject()).wanted).toBe(0);
    expect(workOf(fresh, { ...aProject(), isArchived: true }).wanted).toBe(0);
  });

  it('never wants more than the most overlap, whatever was said and decided', () => {
    const arbitrary = fc.record({
      workers: fc.uniqueArray(fc.nat(9)),
      overlap: fc.nat(10),
      least: fc.integer({ min: 1, max: 5 }),
      more: fc.nat(5),
    });
    fc.assert(
      fc.property(arbitrary, ({ workers, overlap, least, more }) => {
        const project = aProject({ minOverlap: least, maxOverlap: least + more });
        const item = { ...fresh, entries: workers.map((worker) => said(worker)), decisions: [decision({ overlap })] };
        const work = workOf(item, project);
        expect(work.wanted).toBeLessThanOrEqual(least + more);
        expect(work.overlap).toBe(workers.length);
      }),
    );
  });
});

describe('standingCells', () => {
  it('are those of workers who have answered any question, and have not taken it back', () => {
    const { labels: _labels, ...retraction } = { ...said(3), id: 'retraction', revision: 1 };
    const entries = [said(1, { tone: 0 }), { ...said(2), occasion: 1 }, said(3), retraction];
    expect(standingCells(entries, aProject({}, [label, tone]))).toEqual(
      new Set([cellOf({ worker: 'w1', occasion: 0 }), cellOf({ worker: 'w2', occasion: 1 })]),
    );
  });
});
