import { readSettings } from '../../libs/platform/src/config/settings';
import { type EventLog, LogUnavailable } from '../../libs/platform/src/event-log/event-log';
import { dataFolder, startedAssay } from '../support/assay';
import { absentDatabase } from '../support/database';
import { eventually } from '../support/eventually';
import { TcpProxy } from '../support/tcp-proxy';

describe('assay up', () => {
  it('waits at its start until PostgreSQL and the event log can be reached, and says for what', async () => {
    const [data, database, line] = [dataFolder(), await absentDatabase(), await TcpProxy.start()];
    const url = new URL(database.adminUrl);
    line.target = Number(url.port);
    url.port = String(line.port);
    line.cut();
    let refusals = 2;
    const createTopics = (log: EventLog): EventLog['createTopics'] =>
      async function (topics) {
        if (refusals-- > 0) throw new LogUnavailable('Kafka: Closed connection');
        return log.createTopics(topics);
      };
    const said: string[] = [];
    const starting = startedAssay(data.path, {
      settings: readSettings({ ASSAY_LOG_LEVEL: 'error', ASSAY_DATABASE_URL: url.href }),
      wrapLog: (log) => Object.assign(Object.create(log) as EventLog, { createTopics: createTopics(log) }),
      say: (words) => said.push(words),
    });
    await eventually(() => said.length > 0, 'a word on what is waited for');
    line.open();
    const running = await starting;
    expect(said).toEqual([
      expect.stringMatching(/^waiting for PostgreSQL: .+/),
      'waiting for the event log: Kafka: Closed connection',
    ]);
    expect(await running.client.get('/v1/ops/ingestion/accounting')).toMatchObject({ outboxPending: 0 });
    await running.close();
    await line.stop();
    await database.drop();
    data.remove();
  });
});
