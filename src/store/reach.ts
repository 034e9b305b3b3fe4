/** Whose rows a query may see: everyone's, or one client's only. Every query on tenants' rows takes one. */
export type Reach = { everyone: true } | { everyone: false; clientId: string };

/** For the server's own work and for the operator. */
export const everyone: Reach = { everyone: true };

export const onlyOf = (clientId: string): Reach => ({ everyone: false, clientId });
