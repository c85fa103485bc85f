import { printAdjudication } from './adjudication-report';
import { type Output, tableOf } from './output';
import { type AgreementReport, type Coefficient, isBalanced, type Report } from './report';

/** Workers shown in the table; JSON and CSV have them all. */
const WORKERS_SHOWN = 10;

const COEFFICIENT_NAMES: Record<string, string> = {
  observed: 'observed agreement',
  krippendorffAlpha: "Krippendorff's alpha",
  fleissKappa: "Fleiss' kappa",
  scottPi: "Scott's pi",
  gwetAC1: "Gwet's AC1",
  gwetAC2: "Gwet's AC2",
  brennanPrediger: 'Brennan-Prediger',
  cohenKappa: "Cohen's kappa",
  weightedCohenKappa: "weighted Cohen's kappa",
  icc1: 'ICC(1,1)',
  icc1k: 'ICC(1,k)',
  kendallW: "Kendall's W",
  unitizingAlpha: 'unitizing alpha',
  meanPairwiseCohenKappa: "mean pairwise Cohen's kappa",
  weightedPairwiseCohenKappa: '  weighted by common items',
  medianPairwiseCohenKappa: '  median of the pairs',
};

/** Prints a report as a page that a person likes to read. */
export function printReport(report: Report, output: Output): void {
  const number = (value: number) => value.toLocaleString('en-US');
  output.line(output.bold(`Project ${report.project}`) + output.dim(`   epoch ${report.epoch}`));
  output.line();

  const { received, accepted, duplicate, rejected } = report.annotations;
  output.line(
    `  annotations  ${number(received)} received: ${number(accepted)} accepted, ${number(duplicate)} duplicate, ${number(rejected)} rejected`,
  );
  for (const [service, count] of Object.entries(report.accounting)) {
    const rest =
      count.pending + count.deadLettered > 0
        ? `, ${number(count.pending)} pending, ${number(count.deadLettered)} dead-lettered`
        : '';
    output.line(
      `  ${service.padEnd(11)}  ${number(count.applied)} applied, ${number(count.superseded)} superseded${rest}`,
    );
  }
  output.line(
    `  accounting   ${isBalanced(report) ? output.good('balanced') : output.bad('NOT BALANCED: run `assay audit verify`')}`,
  );
  output.line();
  printItems(report, output);
  for (const [question, agreement] of Object.entries(report.agreement)) printAgreement(question, agreement, output);
  if (report.accuracy) {
    const { correct, items, value, low, high } = report.accuracy;
    output.line(output.bold('Accuracy against the answer key'));
    output.line(
      `  ${percent(value)}   ${number(correct)} of ${number(items)} items, 95 % interval ${percent(low)} to ${percent(high)}`,
    );
    output.line();
  }
  if (report.adjudication) printAdjudication(report.adjudication, output);
  if (report.workers.length > 0) printWorkers(report, output);
  if (report.annotationsPerSecond !== undefined && report.seconds !== undefined) {
    output.line(
      output.dim(`${number(Math.round(report.annotationsPerSecond))} annotations/s, ${report.seconds.toFixed(1)} s`),
    );
  }
  output.line(output.dim(report.digest));
}

function printItems(report: Report, output: Output): void {
  const { total, ...states } = report.items;
  output.line(output.bold(`Items  ${total.toLocaleString('en-US')}`));
  for (const [state, count] of Object.entries(states)) {
    if (count > 0)
      output.line(
        `  ${state.padEnd(12)} ${count.toLocaleString('en-US').padStart(9)}  ${percent(count / total).padStart(6)}  ${bar(count / total)}`,
      );
  }
  output.line();
}

/** Prints the agreement on one question with its intervals. */
export function printAgreement(question: string, agreement: AgreementReport, output: Output): void {
  const { items, workers, labels } = agreement;
  const number = (value: number) => value.toLocaleString('en-US');
  output.line(
    output.bold(`Agreement on "${question}"`) +
      output.dim(`   ${number(labels)} labels of ${number(workers)} workers on ${number(items)} items`),
  );
  const rows = Object.entries(agreement.coefficients);
  const columns = [
    { heading: 'coefficient', value: ([name]: [string, Coefficient]) => COEFFICIENT_NAMES[name] ?? name },
    { heading: 'value', value: ([, coefficient]: [string, Coefficient]) => coefficient.value, digits: 3 },
    { heading: '95 % interval', value: ([, coefficient]: [string, Coefficient]) => intervalWords(coefficient) },
  ];
  for (const line of tableOf(columns, rows)) output.line(`  ${line}`);
  output.line();
}

function intervalWords(coefficient: Coefficient): string {
  if (coefficient.value === null) return coefficient.reason ?? '';
  if (coefficient.low == null || coefficient.high == null) return '';
  return `${coefficient.low.toFixed(3)} to ${coefficient.high.toFixed(3)}${coefficient.interval ? ` (${coefficient.interval})` : ''}`;
}

function printWorkers(report: Report, output: Output): void {
  const flagged = report.workers.filter((worker) => worker.findings.length > 0);
  const shown = [...flagged, ...report.workers.filter((worker) => worker.findings.length === 0)].slice(
    0,
    WORKERS_SHOWN,
  );
  output.line(
    output.bold(`Workers  ${report.workers.length.toLocaleString('en-US')}`) +
      output.dim(`   ${flagged.length} with findings`),
  );
  const columns = [
    { heading: 'worker', value: (worker: (typeof shown)[number]) => worker.worker },
    { heading: 'labels', value: (worker: (typeof shown)[number]) => worker.labels },
    { heading: 'accuracy', value: (worker: (typeof shown)[number]) => worker.accuracy, digits: 3 },
    {
      heading: '95 % interval',
      value: (worker: (typeof shown)[number]) => `${worker.low.toFixed(3)} to ${worker.high.toFixed(3)}`,
    },
    { heading: 'spammer score', value: (worker: (typeof shown)[number]) => worker.spammerScore, digits: 3 },
    {
      heading: 'findings',
      value: (worker: (typeof shown)[number]) => worker.findings.map((finding) => finding.kind).join(', '),
    },
  ];
  for (const line of tableOf(columns, shown)) output.line(`  ${line}`);
  const rest = report.workers.length - shown.length;
  if (rest > 0)
    output.line(output.dim(`  ... and ${rest.toLocaleString('en-US')} more (assay report ${report.project} -o json)`));
  output.line();
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function bar(share: number): string {
  return '█'.repeat(Math.round(share * 30));
}
