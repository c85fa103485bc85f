import { describeOnOwnKafka } from '../support/kafka';
import { Campaign, cleanDigest } from './campaign';
import { FAULTS } from './faults';

describeOnOwnKafka('five processes', () => {
  let campaign: Campaign;
  beforeAll(async () => {
    campaign = new Campaign(await cleanDigest());
  });
  afterAll(() => campaign.stop());

  it.each(FAULTS.filter(({ isSmoke }) => isSmoke).map((fault) => [fault.name, fault] as const))(
    'come to the digest of a clean run after: %s',
    async (_name, fault) => {
      expect((await campaign.run(fault)).problems).toEqual([]);
    },
  );

  it('published everything in order and without gaps', async () => {
    expect(await campaign.published()).toEqual([]);
  });
});
