import fc from 'fast-check';
import { ownRequest, readAnnotationRequest, readItemRequest } from './request.domain';

const request = { item: '266', worker: 'w001', label: '1' };

const errorsOf = (entry: unknown) => {
  const read = readAnnotationRequest(entry, 'rte');
  return read.type === 'refused' ? read.errors : [];
};

describe('readAnnotationRequest', () => {
  it.each([
    [request],
    [{ task: '266', worker: 'w001', label: '1' }],
    [{ task: 266, worker: 'w001', label: '1', project: 'rte', retract: false }],
  ])('reads %j', (entry) => {
    expect(readAnnotationRequest(entry, 'rte')).toEqual({
      type: 'inbound',
      inbound: { type: 'annotation', data: { project: 'rte', ...request } },
    });
  });

  it('reads a retraction', () => {
    expect(readAnnotationRequest({ item: '266', worker: 1, retract: true }, 'rte')).toEqual({
      type: 'inbound',
      inbound: { type: 'retraction', data: { project: 'rte', item: '266', worker: '1' } },
    });
  });

  it.each<[unknown, string, unknown, string | RegExp]>([
    [null, '', null, 'an object'],
    [[request], '', 'an array of 1', 'an object'],
    [{ ...request, lable: '1' }, 'lable', '1', 'no such field (did you mean label?)'],
    [{ ...request, worker: undefined }, 'worker', undefined, 'a string of 1 to 200 characters'],
    [{ ...request, item: 1.5 }, 'item', 1.5, 'a string of 1 to 200 characters'],
    [{ ...request, task: '266' }, 'task', '266', 'nothing, where item is given'],
    [{ ...request, project: 'cat' }, 'project', 'cat', 'rte, as in the path, or nothing'],
    [{ ...request, retract: 'yes' }, 'retract', 'yes', 'true or false'],
    [{ ...request, retract: true }, 'label', '1', 'nothing in a retraction'],
    [{ ...request, label: null }, 'label', null, 'a value'],
    [{ ...request, item: 'half of a pair: \ud83d' }, 'item', 'half of a pair: \ud83d', /^a string/],
  ])('refuses %j', (entry, path, value, expected) => {
    expect(errorsOf(entry)).toEqual([
      { path, value, expected: typeof expected === 'string' ? expected : expect.stringMatching(expected) },
    ]);
  });

  it('leaves prototypes alone', () => {
    expect(errorsOf(JSON.parse('{"item":"1","worker":"w","label":"1","__proto__":{"role":"model"}}'))).toMatchObject([
      { path: '__proto__' },
    ]);
  });

  it('never throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.jsonValue(),
          fc.dictionary(fc.constantFrom('item', 'task', 'worker', 'label', 'retract'), fc.jsonValue()),
        ),
        (entry) => {
          expect(['inbound', 'refused']).toContain(readAnnotationRequest(entry, 'rte').type);
          expect(['inbound', 'refused']).toContain(readItemRequest(entry, 'rte').type);
        },
      ),
    );
  });
});

describe('readItemRequest', () => {
  it('reads an item', () => {
    expect(readItemRequest({ task: 266, slice: 'news', data: { text: 'a' } }, 'rte')).toEqual({
      type: 'inbound',
      data: { project: 'rte', item: '266', slice: 'news', data: { text: 'a' } },
    });
  });
});

describe('ownRequest', () => {
  const own = { id: 'b5e6', source: 'cvat', externalId: 'w001', role: 'human' as const };

  it('says who and whence, and keeps the ids of workers apart', () => {
    expect(ownRequest({ item: '266', label: '1', id: 'a' }, own)).toEqual({
      type: 'entry',
      entry: { item: '266', label: '1', id: 'b5e6/a', worker: 'w001', source: 'cvat', role: 'human' },
    });
    expect(ownRequest({ worker: 'w001' }, own)).toMatchObject({
      type: 'entry',
      entry: { worker: 'w001', id: undefined },
    });
  });

  it.each(['worker', 'source', 'role'])('refuses another %s than that of the credential', (name) => {
    expect(ownRequest({ [name]: 'other' }, own)).toEqual({
      type: 'refused',
      code: 'invalid',
      errors: [{ path: name, value: 'other', expected: 'nothing: it is that of the credential' }],
    });
  });

  it('leaves what is no object to the reader', () => {
    expect(ownRequest([1], own)).toEqual({ type: 'entry', entry: [1] });
  });
});
