import { type Question } from '@assay/contracts/project/label-schema';
import { addItem, emptyStatistics, removeItem } from '@assay/statistics/agreement/categorical-statistics';
import { type Contribution, newItem } from './item.domain';
import { StripeChanges } from './stripe-changes';

const choice: Question = { name: 'label', kind: 'choice', labels: ['a', 'b'] };
const rating: Question = { name: 'tone', kind: 'rating', labels: ['low', 'mid', 'high'] };

function contribution(labels: Contribution['labels'], slice?: string): Contribution {
  return { applied: 0, superseded: 0, labels, ...(slice !== undefined && { slice }) };
}

/** What is added to stripes, by question and slice. */
function exchanged(was: Contribution, is: Contribution, questions: readonly Question[] = [choice]) {
  const stripes = new StripeChanges();
  stripes.exchange(newItem({ key: '1', project: 'p', item: 'i1' }), was, is, questions);
  return Object.fromEntries(stripes.all().map(({ question, slice, change }) => [`${question} ${slice}`, change]));
}

const added = (labels: number[], isOrdinal = false) => {
  const sums = emptyStatistics();
  addItem(sums, labels, isOrdinal);
  return sums;
};
const removed = (labels: number[]) => {
  const sums = emptyStatistics();
  removeItem(sums, labels, false);
  return sums;
};

describe('what an item changes of agreement', () => {
  it('is nothing where it says the same', () => {
    const same = contribution({ label: [0, 1] }, 'news');
    expect(exchanged(same, same)).toEqual({});
  });

  it('goes with it from slice to slice, though its labels are the same', () => {
    const moved = exchanged(contribution({ label: [0, 1] }, 'news'), contribution({ label: [0, 1] }, 'sport'));
    expect(moved['label news']).toEqual(removed([0, 1]));
    expect(moved['label sport']).toEqual(added([0, 1]));
  });

  it('is the order of labels where they have one', () => {
    const changes = exchanged(contribution({}), contribution({ label: [0, 1], tone: [0, 2] }), [choice, rating]);
    expect(changes).toEqual({ 'label ': added([0, 1]), 'tone ': added([0, 2], true) });
    expect(added([0, 2], true)).not.toEqual(added([0, 2]));
  });

  it('is given in one order, whichever item comes first', () => {
    const items = ['i1', 'i2', 'i3', 'i4'].map((item) => newItem({ key: '1', project: 'p', item }));
    const placesOf = (some: typeof items) => {
      const stripes = new StripeChanges();
      for (const item of some) stripes.exchange(item, contribution({}), contribution({ label: [0] }), [choice]);
      return stripes.all().map(({ stripe }) => stripe);
    };
    expect(placesOf([...items].reverse())).toEqual(placesOf(items));
  });
});
