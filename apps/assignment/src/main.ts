import 'reflect-metadata';
import { runService } from '@assay/platform/run-service';
import { ASSIGNMENT } from './assignment.module';

void runService(ASSIGNMENT);
