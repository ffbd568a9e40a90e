// salesforce-live-agent.dynamic.js: what analytics.js looks for when its settings have the destination as one of Segment's own.
import { Integration } from './classic';

Object.assign(window, {
  'salesforce-live-agentDeps': [],
  'salesforce-live-agentLoader': () => undefined,
  'salesforce-live-agentIntegration': Integration,
});
