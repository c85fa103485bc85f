/** Key of every topic whose lane is a worker within a project. Project names hold no slash, so the key is unambiguous. */
export function workerKey(ref: { project: string; worker: string }): string {
  return `${ref.project}/${ref.worker}`;
}
