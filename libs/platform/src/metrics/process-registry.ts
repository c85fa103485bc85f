import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Gauge, Registry } from 'prom-client';

/** How often the lag is looked at: each look wakes a process that may have nothing else to do. Twenty a second cost it .1 % of a core. */
const RESOLUTION_MS = 250;

/** What a process says of itself, whichever services are in it. Call `stop` when the process ends. */
export interface ProcessMetrics {
  registry: Registry;
  stop(): void;
}

/**
 * Version and event loop. The lag is what timers were late by since the last scrape, in quantiles.
 * @param version of the package.
 */
export function processMetrics(version: string): ProcessMetrics {
  const registry = new Registry();
  const registers = [registry];
  const build = new Gauge({
    name: 'assay_build_info',
    help: 'Always 1; version of Assay and of Node.js as labels.',
    labelNames: ['version', 'node'],
    registers,
  });
  build.set({ version, node: process.version }, 1);
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  new Gauge({
    name: 'assay_event_loop_lag_seconds',
    help: 'How late timers were since the last scrape.',
    labelNames: ['quantile'],
    registers,
    collect() {
      for (const quantile of [0.5, 0.99, 1]) {
        const nanoseconds = quantile === 1 ? delay.max : delay.percentile(quantile * 100);
        this.set(
          { quantile: String(quantile) },
          delay.count === 0 ? 0 : Math.max(0, nanoseconds / 1e9 - RESOLUTION_MS / 1000),
        );
      }
      delay.reset();
    },
  });
  new Gauge({
    name: 'assay_process_resident_memory_bytes',
    help: 'Resident memory of the process.',
    registers,
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
  return { registry, stop: () => delay.disable() };
}
