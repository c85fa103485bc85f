import { advance, type RebuildProgress } from './rebuild.domain';

const begun: RebuildProgress = { stage: 'keys', after: [], published: 0 };

describe('advance', () => {
  it('goes on behind the last of a full slice', () => {
    expect(
      advance(
        begun,
        [
          ['a', 1],
          ['b', 1],
        ],
        2,
      ),
    ).toEqual({ stage: 'keys', after: ['b', 1], published: 2 });
  });

  it('goes to the next stage after a slice that is not full', () => {
    expect(advance(begun, [['a', 1]], 2)).toEqual({ stage: 'projects', after: [], published: 1 });
  });

  it('takes every stage once and ends', () => {
    const stages: string[] = [];
    for (let progress = begun; progress.stage !== 'finished'; progress = advance(progress, [], 2))
      stages.push(progress.stage);
    expect(stages).toEqual(['keys', 'projects', 'workers', 'items', 'withdrawals', 'annotations']);
  });
});
