import { type EntryToPack, packEntries } from "@slipway/context";
import type { BuildTask } from "./build-task.ts";
import type { TaskFiles } from "./task-files.ts";

/** Where the files lie in the archive, since a Dockerfile stands beside them. */
const folder = "context";

/**
 * Makes a task ready whose image holds just a folder's files: engines take no further contexts than one, but files of
 * other images.
 */
export function asContextImage(task: BuildTask, files: TaskFiles): BuildTask {
  const dockerfile = `FROM scratch\nCOPY ${folder}/ /\n`;
  const open = (): ReturnType<typeof packEntries> => packEntries(withDockerfile(files, dockerfile));
  files.stream.destroy();
  const stream = open();
  return {
    ...task,
    files,
    buildStream: stream,
    openStream: { stream, open, directory: undefined },
    resolved: true,
    dockerfile,
    dockerfilePath: "Dockerfile",
  };
}

async function* withDockerfile(files: TaskFiles, dockerfile: string): AsyncGenerator<EntryToPack, void, undefined> {
  yield { header: { name: "Dockerfile", type: "file", mode: 0o644, mtime: new Date(0) }, body: dockerfile };
  yield { header: { name: folder, type: "directory", mode: 0o755, mtime: new Date(0) } };
  for await (const { header, body } of await files.entries("Dockerfile")) {
    if (header.name === "") continue;
    const linkname = header.type === "link" ? `${folder}/${header.linkname}` : header.linkname;
    yield { header: { ...header, name: `${folder}/${header.name}`, linkname }, body };
  }
}
