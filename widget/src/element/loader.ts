// element.js: what a page names. It works as a module and as a classic script, wherever it comes from; the rest is modules whose names follow
// their content, so that this alone is asked for again.
declare const ELEMENT: string;

// In a block: a classic script that a page names twice must not declare anything twice.
{
  // A classic script of another origin knows its address by this alone; a module has none, and resolves by its own address.
  const script = document.currentScript;
  void import(script instanceof HTMLScriptElement ? new URL(ELEMENT, script.src).href : `./${ELEMENT}`);
}
