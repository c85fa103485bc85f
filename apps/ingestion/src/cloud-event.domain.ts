/** Headers of a request. */
export type BinaryAttributes = Record<string, string | undefined>;

const ATTRIBUTES = ['specversion', 'id', 'source', 'type', 'time'];

/** A CloudEvent in binary mode (attributes in `ce-` headers, percent-encoded; the body is the data) as one in JSON. */
export function eventInBinaryMode(headers: BinaryAttributes, data: unknown): Record<string, unknown> {
  const attributes = ATTRIBUTES.flatMap((name) => {
    const value = headers[`ce-${name}`];
    return value === undefined ? [] : [[name, decoded(value)] as const];
  });
  return { ...Object.fromEntries(attributes), data };
}

/** As it stands where it is not percent-encoded. */
function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
