/** The build arguments that BuildKit sets from the target and the build platform; a stage has them once it declares them. */
export function platformArgs(platform: string | undefined, target: string | undefined): Record<string, string> {
  const stage = { TARGETSTAGE: target ?? "default" };
  if (!platform) return stage;
  const [os = "", arch = "", variant = ""] = platform.split("/");
  const of = (prefix: string): [string, string][] => [
    [`${prefix}PLATFORM`, platform],
    [`${prefix}OS`, os],
    [`${prefix}ARCH`, arch],
    [`${prefix}VARIANT`, variant],
  ];
  return { ...Object.fromEntries([...of("BUILD"), ...of("TARGET")]), ...stage };
}

/** The arguments that every RUN sees when they are given, without being declared. */
export const predefinedArgs: readonly string[] = [
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "FTP_PROXY",
  "NO_PROXY",
  "ALL_PROXY",
].flatMap((name) => [name, name.toLowerCase()]);
