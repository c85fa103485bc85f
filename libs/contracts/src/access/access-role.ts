/** What a credential may be; each has exactly one. */
export const ACCESS_ROLES = ['tool', 'worker', 'expert', 'lead', 'operator', 'admin'] as const;

/** Role of a credential: what its holder may do. Not the role of a worker, which says whether it is a person or a model. */
export type AccessRole = (typeof ACCESS_ROLES)[number];
