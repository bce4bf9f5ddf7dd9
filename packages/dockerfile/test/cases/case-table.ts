/**
 * Dockerfiles whose meaning the engine is asked for, by name. In a text, BASE is the base image; with `args` the build
 * arguments of `givenArgs` are given.
 */
export type CaseTable = Readonly<Record<string, string | { readonly text: string; readonly args: true }>>;

/** The build arguments of the cases that have some. */
export const givenArgs: Readonly<Record<string, string>> = { HTTP_PROXY: "p", X: "given", TARGETARCH: "zz", EMPTY: "" };
