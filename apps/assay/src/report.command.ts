import { readAnswers } from './answer-file';
import { collectReport } from './collect-report';
import { CONSENSUS_COLUMNS, consensusRows } from './consensus-export';
import { connect, type Context } from './context';
import { DEFAULT_QUESTION } from './project-of-labels';
import { printReplay } from './replay.command';

/** `assay report PROJECT`. */
export async function reportCommand(context: Context, project: string, options: { truth?: string }): Promise<void> {
  const client = connect(context);
  const truth = options.truth ? await readAnswers(options.truth, DEFAULT_QUESTION) : undefined;
  printReplay(context, await collectReport(client, project, truth));
}

/** `assay export PROJECT`. */
export async function exportCommand(
  context: Context,
  project: string,
  options: { what: 'consensus' | 'annotations' },
): Promise<void> {
  const client = connect(context);
  if (options.what === 'consensus') {
    context.output.rows(CONSENSUS_COLUMNS, await consensusRows(client, project));
    return;
  }
  for await (const line of client.pagedLines(`/v1/annotations/${project}?limit=1000`)) context.output.line(line);
}
