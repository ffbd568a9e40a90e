// Puts `liveagent` on the page. Loading the script twice is harmless; a page that sets `liveAgentDeployment` to false may load it again.
import { BUTTON_EVENT } from './buttons';
import { Deployment } from './deployment';
import type { ToldDetails } from './details';
import { ownScript } from './script';

type Api = { [name: string]: unknown };
interface Page {
  liveAgentDeployment?: unknown;
  liveagent?: Api;
}

export function install(): void {
  const page = window as unknown as Page;
  if (page.liveAgentDeployment) return;
  page.liveAgentDeployment = true;
  const callbacks: Api = {};
  const deployment = new Deployment({
    script: ownScript(),
    now: () => Date.now(),
    random: () => Math.random(),
    strict: () => Boolean(page.liveagent && page.liveagent['strict']),
    current: () => Boolean(page.liveagent && page.liveagent['_'] === callbacks),
  });
  // prechat.js keeps its own beside them.
  Object.assign(callbacks, page.liveagent?.['_'], {
    handlePing: (answer: object) => deployment.handlePing(answer),
    error: (message: unknown) => deployment.serverError(message),
    warning: (message: unknown) => deployment.serverWarning(message),
    setNewPtid: (id: unknown) => deployment.setPermanentId(id),
    clearStorage: () => deployment.history.forget(),
  });
  // An object that is there already is extended: pages hang things of their own on it.
  const api = (page.liveagent ??= {});
  Object.assign(api, {
    _: callbacks,
    BUTTON_EVENT,
    init: (url: unknown, deploymentId: unknown, orgId: unknown, cookies: unknown) => deployment.init(url, deploymentId, orgId, cookies),
    enableLogging: () => deployment.log.enable(),
    disconnect: () => deployment.disconnect(),
    getSid: () => deployment.session ?? undefined,
    // Takes an address and does nothing with it, as it always did.
    setLocation: () => undefined,
    setChatWindowHeight: (height: string | number) => {
      deployment.height = height;
    },
    setChatWindowWidth: (width: string | number) => {
      deployment.width = width;
    },
    showWhenOnline: (id: string, element: unknown, user?: string) => deployment.show('online', id, element, user),
    showWhenOffline: (id: string, element: unknown, user?: string) => deployment.show('offline', id, element, user),
    addButtonEventHandler: (id: string, handler: unknown) => deployment.handlers.set(id, handler),
    startChat: (id: string, user?: string, fallback?: unknown) => deployment.startChat(id, deployment.newWindowName(), user, fallback),
    startChatWithWindow: (id: string, name: string, user?: string, fallback?: unknown) => deployment.startChat(id, name, user, fallback),
    rejectChat: (id: string) => deployment.rejectChat(id),
    addCustomDetail: (label: unknown, value: unknown, display: boolean = true) => deployment.addCustomDetail(label, value, display),
    setName: (name: unknown) => deployment.setName(name),
    findOrCreate: (entity: string) => deployment.findOrCreate(entity),
    setCustomVariable: (name: string, value: unknown) => deployment.setCustomVariable(name, value),
    addURLPrefix: (prefix: unknown) => deployment.addURLPrefix(prefix),
    disableOptionalCookies: () => deployment.disableOptionalCookies(),
    // Our own, for programs that load the script (docs/segment.md).
    setVisitorDetails: (told: ToldDetails) => deployment.setVisitorDetails(told),
    setUser: (id: unknown, signature: unknown) => deployment.setUser(id, signature),
    isInitialized: () => deployment.isInitialized(),
    buttonIds: () => deployment.buttonIds(),
    forgetVisitor: () => deployment.forgetVisitor(),
  });
  deployment.installed();
}
