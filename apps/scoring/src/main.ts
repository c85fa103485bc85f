import 'reflect-metadata';
import { runService } from '@assay/platform/run-service';
import { SCORING } from './scoring.module';

void runService(SCORING);
