/** What of the workspace is shown, beside the conversations themselves. */
class View {
  /** The tab of the visitor's side: the same for every conversation, so that going through them compares like with like. */
  tab = $state<'visitor' | 'records' | 'past'>('visitor');
  /** On a narrow screen one part is shown at a time. */
  narrow = $state<'list' | 'pane' | 'details'>('list');
}

export const view = new View();
