import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockFolder } from '../../libs/platform/src/postgres/folder-lock';
import { commandLineWith, PROGRAM } from '../support/command-line';
import { absentDatabase } from '../support/database';
import { eventually } from '../support/eventually';

let folder: string;
let labels: string;
let key: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'assay-line-'));
  labels = join(folder, 'labels.csv');
  key = join(folder, 'key');
  writeFileSync(key, 'assay_any_key');
  writeFileSync(labels, 'task,worker,label\na,w1,x\nb,w1,y\n');
});

afterAll(() => rmSync(folder, { recursive: true }));

describe('what a person can do something about ends with words and without a stack', () => {
  it('a setting that does not hold', async () => {
    expect(await commandLineWith({ ASSAY_HTTP_PORT: 'eighty' }, 'doctor', '--data', folder)).toEqual({
      code: 2,
      out: '',
      said: 'ASSAY_HTTP_PORT "eighty": expected a port from 0 (any that is free) to 65535\n',
    });
  });

  it.each([
    [['report', 'a/../x']],
    [['disputes', 'decide', '..', 'some-id', '--label', 'x', '--reason', 'guideline-gap']],
    [['gold', 'import', 'gold.csv', '--project', 'a?b']],
    [['deadletter', 'list', '--project', 'A']],
  ])('a project by a name that none can have: %j', async (words) => {
    const { code, said } = await commandLineWith({}, ...words, '--server', 'http://127.0.0.1:9', '--key-file', key);
    expect({ code, said }).toEqual({
      code: 3,
      said: expect.stringMatching(/^project ".+": expected a name of a-z, 0-9 and -, at most 63\n$/),
    });
  });

  it('a file of a running service that is cut', async () => {
    const data = join(folder, 'cut');
    mkdirSync(join(data, 'servers'), { recursive: true });
    writeFileSync(join(data, 'servers', 'gold-1.json'), '{"name":"go');
    const { code, said } = await commandLineWith({}, 'offsets', '--data', data);
    expect({ code, said }).toEqual({ code: 5, said: expect.stringMatching(/^no Assay is running on .*\n$/) });
  });

  it('brokers that nobody named', async () => {
    expect(await commandLineWith({}, 'up', '--log', 'kafka', '--data', folder)).toEqual({
      code: 2,
      out: '',
      said: 'ASSAY_KAFKA_BROKERS is not set although --log is kafka: expected host:port\n',
    });
  });

  it('a database that refuses its user', async () => {
    const database = await absentDatabase();
    const url = new URL(database.adminUrl);
    url.password = 'wrong';
    for (const command of ['migrate', 'up']) {
      const { code, said } = await commandLineWith({ ASSAY_DATABASE_URL: url.href }, command, '--data', folder);
      expect({ code, said }).toEqual({ code: 4, said: expect.stringMatching(/^PostgreSQL refuses: password .*\n$/) });
    }
    await database.drop();
  });

  it('the data folder of the settings, on which nothing runs', async () => {
    const file = join(folder, 'place');
    writeFileSync(file, `${folder}\n`);
    for (const [variable, value] of Object.entries({ ASSAY_DATA_DIR: folder, ASSAY_DATA_DIR_FILE: file }))
      expect(await commandLineWith({ [variable]: value }, 'offsets')).toMatchObject({
        code: 5,
        said: expect.stringMatching(`^no Assay is running on ${folder}: `),
      });
  });

  it('a data folder that is a file', async () => {
    const { code, said } = await commandLineWith({}, 'up', '--data', labels);
    expect({ code, said }).toEqual({
      code: 1,
      said: expect.stringMatching(/^data folder .*labels\.csv: expected one that can be written \(.*\)\n$/),
    });
  });

  it('a data folder that another process has', async () => {
    const data = join(folder, 'taken');
    mkdirSync(join(data, 'postgres'), { recursive: true });
    const release = lockFolder(join(data, 'postgres'));
    const { code, said } = await commandLineWith({}, 'up', '--data', data);
    release();
    expect({ code, said }).toEqual({
      code: 1,
      said: expect.stringMatching(
        new RegExp(`^data folder .* is in use by process ${process.pid}: expected a folder of one's own\n$`),
      ),
    });
  });

  // Leaves the data folder that the next has.
  it('a port of metrics that is taken', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as AddressInfo;
    const settings = { ASSAY_METRICS_PORT: String(port), ASSAY_HTTP_PORT: '0' };
    const { code, said } = await commandLineWith(settings, 'up', '--data', join(folder, 'metrics'));
    holder.close();
    expect({ code, said }).toEqual({
      code: 1,
      said: expect.stringMatching(
        new RegExp(`^port ${port} of .* is taken: choose another with ASSAY_METRICS_PORT$`, 'm'),
      ),
    });
    expect(said).not.toContain('    at ');
  });

  it('a data folder of another version of PostgreSQL', async () => {
    const data = join(folder, 'metrics');
    writeFileSync(join(data, 'postgres/cluster/PG_VERSION'), '12\n');
    const { code, said } = await commandLineWith({}, 'up', '--data', data);
    expect({ code, said }).toEqual({
      code: 1,
      said: expect.stringMatching(/PostgreSQL did not start on .*database files are incompatible with server/),
    });
    expect(said).not.toContain('    at ');
  });

  it('an export into a folder that is not there, before anything is started', async () => {
    const path = join(folder, 'nowhere/decisions.csv');
    expect(await commandLineWith({}, 'replay', labels, '--export', path)).toEqual({
      code: 3,
      out: '',
      said: `${path}: no such folder\n`,
    });
  });
});

describe('a server that is no Assay', () => {
  async function status(listener: RequestListener) {
    const server = createHttpServer(listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { code, said } = await commandLineWith({}, 'status', '--server', url, '--key-file', key);
    server.close();
    return { code, said: said.replace(url, '') };
  }

  it('is told from one by what it answers', async () => {
    expect(await status((_request, response) => response.end('<html>Welcome</html>'))).toEqual({
      code: 5,
      said: '/v1/ops/ingestion/accounting answers "<html>Welcome</html>": expected the JSON of an Assay\n',
    });
  });

  it('or one that goes away in the middle of an answer, is not reached', async () => {
    const cut: RequestListener = (_request, response) =>
      response.writeHead(200, { 'content-length': 100 }).write('{', () => response.destroy());
    expect(await status(cut)).toEqual({ code: 5, said: '/v1/ops/ingestion/accounting: the answer was cut off\n' });
  });
});

describe('a reader that goes away', () => {
  it('changes no exit code when it read the words', async () => {
    const child = spawn(process.execPath, [PROGRAM, 'no-such-verb'], { stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr.destroy();
    expect(await once(child, 'exit')).toEqual([2, null]);
  });
});

describe('a replay that is interrupted', () => {
  it('leaves nothing of what it started', async () => {
    const temporary = mkdtempSync(join(folder, 'tmp-'));
    const child = spawn(process.execPath, [PROGRAM, 'replay', labels, '--rate', '1'], {
      stdio: 'ignore',
      env: { ...process.env, TMPDIR: temporary },
    });
    const exit = once(child, 'exit');
    const made = () => readdirSync(temporary).filter((name) => name.startsWith('assay-replay-'));
    await eventually(() => made().some((name) => readdirSync(join(temporary, name)).includes('servers')), 'a replay');
    child.kill('SIGINT');
    expect(await exit).toEqual([130, null]);
    expect(made()).toEqual([]);
  });
});
