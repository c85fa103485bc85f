import { eventInBinaryMode } from './cloud-event.domain';

describe('eventInBinaryMode', () => {
  it('takes the attributes from the headers', () => {
    const headers = {
      'ce-specversion': '1.0',
      'ce-id': 'e1',
      'ce-source': '/cvat',
      'ce-type': 't',
      'content-type': 'application/json',
    };
    expect(eventInBinaryMode(headers, { a: 1 })).toEqual({
      specversion: '1.0',
      id: 'e1',
      source: '/cvat',
      type: 't',
      data: { a: 1 },
    });
  });

  it('decodes what is percent-encoded, and leaves what is not', () => {
    expect(eventInBinaryMode({ 'ce-id': 'Euro%20%E2%82%AC', 'ce-source': '100%' }, 1)).toEqual({
      id: 'Euro €',
      source: '100%',
      data: 1,
    });
  });
});
