import 'reflect-metadata';
import { runService } from '@assay/platform/run-service';
import { testDefinition } from './test-service';

// A service that ignores its events, in a process of its own: `service-program.ts '{"ASSAY_...": "..."}'`.
Object.assign(process.env, JSON.parse(process.argv[2]!));
void runService(testDefinition('ingestion'));
