import { readSettings } from '@assay/platform/config/settings';
import { CliError, EXIT } from './cli-error';
import { type Context } from './context';
import { type RunningAssay, startAssay } from './running-assay';
import { servicesNamed } from './services';

/** `assay up`: runs services until Ctrl-C or SIGTERM. */
export async function upCommand(
  context: Context,
  options: { log?: 'embedded' | 'kafka'; services: string; port?: number },
): Promise<void> {
  const settings = readSettings();
  if (options.log === 'kafka' && !settings.kafkaBrokers)
    throw new CliError(EXIT.usage, 'ASSAY_KAFKA_BROKERS is not set although --log is kafka: expected host:port');
  const running = await startAssay({
    settings: { ...settings, log: options.log ?? settings.log },
    dataDir: context.dataDir,
    services: servicesNamed(options.services),
    port: options.port ?? settings.httpPort,
    metricsPort: settings.metricsPort,
    say: (line) => context.output.say(line),
  });
  context.output.say(`Assay listens on ${running.url}, metrics on ${running.metricsUrl}/metrics; Ctrl-C ends it`);
  await untilSignal(running);
  // A client of a broker that does not answer may hold on to its connection.
  process.exit(0);
}

/** Waits for Ctrl-C or SIGTERM, then ends everything; a second signal does not wait. */
export async function untilSignal(running: RunningAssay): Promise<void> {
  await new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
  process.once('SIGINT', () => process.exit(130));
  await running.close();
}
