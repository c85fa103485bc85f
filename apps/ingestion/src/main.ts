import 'reflect-metadata';
import { runService } from '@assay/platform/run-service';
import { INGESTION } from './ingestion.module';

void runService(INGESTION);
