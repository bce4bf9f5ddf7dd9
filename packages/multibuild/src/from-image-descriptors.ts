import type { Readable } from "node:stream";
import type { Problem } from "@slipway/errors";
import type { BuildTask } from "./build-task.ts";
import { archiveContext, type ContextPath } from "./context-path.ts";
import { descriptorService, type ImageDescriptor } from "./image-descriptor.ts";
import { MultibuildError, type MultibuildErrorCode } from "./multibuild-error.ts";
import { serviceTask } from "./service-task.ts";
import { splitTasks, type SplitTasksOptions } from "./split-tasks.ts";

/**
 * Makes a build task of each image descriptor, as `splitBuildStream` does of each service of a composition.
 *
 * @throws {MultibuildError}, {ContextError}, the stream's own error, the signal's reason, as there
 */
export async function fromImageDescriptors(
  images: readonly ImageDescriptor[],
  buildStream: Readable,
  options: SplitTasksOptions & { readonly root?: string | undefined } = {},
): Promise<BuildTask[]> {
  const { root = "", ...how } = options;
  return splitTasks(
    () => {
      const locate = (context: string): ContextPath => archiveContext(context, root);
      const problems: Problem<MultibuildErrorCode>[] = [];
      const tasks = images.map((descriptor) => {
        const { serviceName, contract } = descriptor;
        const task = serviceTask(serviceName, descriptorService(descriptor), { locate }, problems);
        return contract === undefined ? task : { ...task, contract };
      });
      MultibuildError.throwAll(problems);
      return tasks;
    },
    buildStream,
    how,
  );
}
