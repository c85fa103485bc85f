import fc from 'fast-check';
import { entryOf, readCloudEvent } from './inbound.domain';

const at = '2026-03-01T12:00:00.000Z';

const anEvent = (changes: Record<string, unknown> = {}) => ({
  specversion: '1.0',
  id: 'e1',
  source: '/cvat/lab',
  type: 'assay.inbound.annotation.v1',
  time: '2026-02-28T09:30:00+01:00',
  data: { project: 'rte', item: '266', worker: 'w001', label: '1' },
  ...changes,
});

describe('readCloudEvent', () => {
  it('reads an annotation, whose id, source and time are those of the event', () => {
    expect(readCloudEvent(anEvent(), at)).toMatchObject({
      subject: 'annotations',
      project: 'rte',
      content: {
        type: 'claim',
        claim: {
          type: 'annotation',
          data: { id: 'e1', source: '/cvat/lab', occurredAt: '2026-02-28T08:30:00.000Z', order: 0 },
        },
      },
    });
  });

  it('keeps the id, source and time that the annotation says itself', () => {
    const data = { ...anEvent().data, id: 'a17', source: 'cvat', occurredAt: '2026-02-27T00:00:00Z' };
    expect(readCloudEvent(anEvent({ data }), at)).toMatchObject({
      content: { claim: { data: { id: 'a17', source: 'cvat', occurredAt: '2026-02-27T00:00:00.000Z' } } },
    });
  });

  it('reads retractions, items and withdrawals', () => {
    const item = { project: 'rte', item: '266' };
    const read = (type: string, data: object) =>
      readCloudEvent(anEvent({ type: `assay.inbound.${type}.v1`, data }), at);
    expect(read('retraction', { ...item, worker: 'w001' })).toMatchObject({
      content: { claim: { type: 'retraction' } },
    });
    expect(read('item', { ...item, slice: 'news' })).toMatchObject({
      subject: 'items',
      content: { inbound: { slice: 'news' } },
    });
    expect(read('item-withdrawal', item)).toMatchObject({ subject: 'items', content: { type: 'withdrawal', item } });
  });

  it.each<[unknown, string]>([
    [[], 'an array'],
    [anEvent({ specversion: '0.3' }), 'specversion'],
    [anEvent({ id: '' }), 'id'],
    [anEvent({ source: undefined }), 'source'],
    [anEvent({ time: 'yesterday' }), 'time'],
    [anEvent({ datacontenttype: 'text/xml' }), 'datacontenttype'],
    [anEvent({ data: { ...anEvent().data, lable: '1' } }), 'data.lable'],
    [anEvent({ data: undefined }), 'data'],
  ])('says what is wrong with an event', (event, path) => {
    const { content } = readCloudEvent(event, at);
    expect(content).toMatchObject({ type: 'refused', code: 'invalid' });
    if (content.type === 'refused' && path !== 'an array')
      expect(content.errors.map((error) => error.path)).toEqual([path]);
  });

  it('names the type that was probably meant', () => {
    const { content, project } = readCloudEvent(anEvent({ type: 'assay.inbound.anotation.v1' }), at);
    expect(project).toBe('rte');
    expect(content).toMatchObject({
      errors: [{ path: 'type', expected: expect.stringContaining('did you mean assay.inbound.annotation.v1?') }],
    });
  });

  it('never throws', () => {
    const value = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom('1.0', 'assay.inbound.item.v1', { project: 'rte', item: '1' }),
    );
    const event = fc.dictionary(fc.constantFrom('specversion', 'id', 'source', 'type', 'time', 'data'), value);
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), event), (sent) => {
        expect(readCloudEvent(sent, at).content.type).toMatch(/^(claim|item|withdrawal|refused)$/);
      }),
    );
  });
});

describe('entryOf', () => {
  it.each(['', 'a\u0000', 'a'.repeat(201)])('refuses the id %j, which cannot be kept', (id) => {
    expect(entryOf({ ...anEvent(), id, time: undefined }, at)).toMatchObject({
      subject: 'annotations',
      project: 'rte',
      content: { type: 'refused', errors: [{ path: 'id' }] },
    });
  });

  it('knows only what tools send', () => {
    expect(() => entryOf({ ...anEvent(), type: 'assay.item.imported.v1' }, at)).toThrow(
      'event type "assay.item.imported.v1": expected one of assay.inbound.annotation.v1, ',
    );
  });
});
