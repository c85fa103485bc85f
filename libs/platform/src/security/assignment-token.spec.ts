import { readAssignmentToken, writeAssignmentToken } from './assignment-token';

const SECRET = 's'.repeat(32);
const claim = {
  assignment: '0b8f6f0e-2d0a-4c1e-9d3f-6b1d0c9a7e55',
  project: 'rte',
  item: '266',
  worker: '3b241101-e2bb-5255-8caf-4136c566a962',
  occasion: 0,
};

describe('the token of an assignment', () => {
  it('is read by who knows the secret', () => {
    expect(readAssignmentToken(SECRET, writeAssignmentToken(SECRET, claim), claim)).toEqual({
      assignment: claim.assignment,
      occasion: 0,
    });
    const repeat = { ...claim, occasion: 3 };
    expect(readAssignmentToken(SECRET, writeAssignmentToken(SECRET, repeat), claim)?.occasion).toBe(3);
  });

  it.each([
    ['another worker', { worker: '3b241101-e2bb-5255-8caf-4136c566a963' }],
    ['another item', { item: '267' }],
    ['another project', { project: 'rte2' }],
    ['a project and an item with the border elsewhere', { project: 'rte2', item: '66' }],
  ])('is none of %s', (_what, change) => {
    const about = { ...claim, ...change };
    expect(readAssignmentToken(SECRET, writeAssignmentToken(SECRET, claim), about)).toBeUndefined();
  });

  it('is refused with any of its bits turned', () => {
    const bytes = Buffer.from(writeAssignmentToken(SECRET, claim), 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const turned = Buffer.from(bytes);
      turned[bit >> 3]! ^= 1 << (bit & 7);
      expect(readAssignmentToken(SECRET, turned.toString('base64url'), claim)).toBeUndefined();
    }
  });

  it.each(['', 'x', 'C49vDi0KTB6dP2sdDJp-VQ', 'é'.repeat(70)])('is not %j', (token) => {
    expect(readAssignmentToken(SECRET, token, claim)).toBeUndefined();
  });

  it('is refused under another secret', () => {
    const token = writeAssignmentToken('t'.repeat(32), claim);
    expect(readAssignmentToken(SECRET, token, claim)).toBeUndefined();
  });

  it('looks the same for a repeat: one length, and an occasion that cannot be seen', () => {
    const first = writeAssignmentToken(SECRET, claim);
    const repeat = writeAssignmentToken(SECRET, { ...claim, occasion: 1 });
    expect(repeat).toHaveLength(first.length);
    const occasionOf = (token: string) => Buffer.from(token, 'base64url').subarray(16, 20).toString('hex');
    expect(['00000000', '00000001']).not.toContain(occasionOf(first));
    expect(['00000000', '00000001']).not.toContain(occasionOf(repeat));
  });
});
