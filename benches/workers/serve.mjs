// The worker's side of row.mjs: tasks come as messages, tokens go back as messages.

/**
 * @param {Record<string, (details: any, emit: (...tokens: number[]) => void) => unknown>} tasks
 */
export function serve(tasks) {
  const emit = (...tokens) => self.postMessage({ tokens });
  self.addEventListener("message", async ({ data: { task, details } }) => {
    try {
      self.postMessage({ answer: (await tasks[task](details, emit)) ?? null });
    } catch (error) {
      self.postMessage({ error: String(error?.stack ?? error) });
    }
  });
}
