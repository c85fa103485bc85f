import { describeOnOwnKafka } from '../support/kafka';
import { Campaign, cleanDigest, MOST_REST } from './campaign';
import { FAULTS } from './faults';

describeOnOwnKafka('five processes', () => {
  let campaign: Campaign;
  beforeAll(async () => {
    // How soon it is at rest is measured by `npm run faults`: here others may want the processors as well.
    campaign = new Campaign(await cleanDigest(), undefined, 10 * MOST_REST);
  });
  afterAll(() => campaign.stop());

  it.each(FAULTS.filter(({ isSmoke }) => isSmoke).map((fault) => [fault.name, fault] as const))(
    'come to the digest of a clean run after: %s',
    async (_name, fault) => {
      expect((await campaign.run(fault)).problems).toEqual([]);
    },
    900_000,
  );

  it('published everything in order and without gaps', async () => {
    expect(await campaign.published()).toEqual([]);
  });
});
