import { type Command, Option } from 'commander';
import { KINDS } from '@assay/contracts/project/label-schema';
import { contextOf, isGiven, port, positive } from './options';
import { type ReplayOptions } from './replay.command';
import { type ExportSubject } from './report.command';

/** Verbs that run the pipeline, send labels through it and say what came out. */
export function addPipeline(program: Command): void {
  program
    .command('up')
    .description('runs the services until Ctrl-C')
    .addOption(new Option('--log <log>', 'where events are kept').choices(['embedded', 'kafka']))
    .option('--services <names>', 'all, or names with commas between', 'all')
    .option('--port <port>', 'where HTTP listens', port)
    .action(async (options: { log?: 'embedded' | 'kafka'; services: string; port?: number }, command: Command) => {
      const { upCommand } = await import('./up.command.js');
      await upCommand(contextOf(command), options);
    });

  program
    .command('replay <labels>')
    .description('sends a file of labels through the pipeline (one that it starts, unless --server), settles, reports')
    .option('--truth <file>', 'answer key that the report is compared with; no service ever sees it')
    .option('--project <file>', 'project file (YAML or JSON); without it the labels decide')
    .addOption(new Option('--kind <kind>', 'kind of label, without a project file').choices(KINDS))
    .option('--rate <n>', 'labels a second at the most', positive)
    .option('--gold <file>', 'known labels: they are imported, audit workers, and are left out of the accuracy')
    .option('--export <file>', 'writes the decisions as CSV')
    .option('--no-settle', 'reports without waiting for rest')
    .option('--skip-bad', 'leaves bad rows out and says how many')
    .action(async (labels: string, options: ReplayOptions, command: Command) => {
      const { replayCommand } = await import('./replay.command.js');
      await replayCommand(contextOf(command), labels, options, isGiven(command, 'data'));
    });

  program
    .command('report <project>')
    .description('the report of a project, at any time')
    .option('--truth <file>', 'answer key to compare with')
    .action(async (name: string, options: { truth?: string }, command: Command) => {
      const { reportCommand } = await import('./report.command.js');
      await reportCommand(contextOf(command), name, options);
    });

  program
    .command('export <project>')
    .description('decisions as rows, the record of annotations as JSON Lines, or what operators did')
    .addOption(
      new Option('--what <what>', 'what to export').choices(['consensus', 'annotations', 'audit']).default('consensus'),
    )
    .action(async (name: string, options: { what: ExportSubject }, command: Command) => {
      const { exportCommand } = await import('./report.command.js');
      await exportCommand(contextOf(command), name, options);
    });

  program
    .command('demo')
    .description('what `npm start` does: replays an example, lets a played crowd and its experts work, reports, serves')
    .option('--exit', 'ends after the reports')
    .option('--port <port>', 'where HTTP listens', port)
    .action(async (options: { exit?: boolean; port?: number }, command: Command) => {
      const { demoCommand } = await import('./demo.command.js');
      await demoCommand(contextOf(command), options);
    });

  program
    .command('play <project-file>')
    .description(
      'plays workers and experts on a running Assay, over HTTP with keys of their own; reports against the truth',
    )
    .option(
      '--population <file>',
      'who works and on what (YAML or JSON); without it, and for what it leaves out, a small ordinary crowd',
    )
    .option('--experts <n>', 'experts who decide disputes', positive, 2)
    .option('--at-once <n>', 'workers who work at the same time', positive, 8)
    .action(
      async (file: string, options: { population?: string; experts: number; atOnce: number }, command: Command) => {
        const { playCommand } = await import('./play.command.js');
        await playCommand(contextOf(command), file, options);
      },
    );
}
