// The bindings of control/wrangler.toml.
declare namespace Cloudflare {
  interface Env {
    readonly SPLITS: KVNamespace;
    readonly SERVICE_OBJECT: DurableObjectNamespace;
    readonly REGISTRY: DurableObjectNamespace;
    /** The dashboard, built. */
    readonly ASSETS: Fetcher;
    /** Secret of at least 32 characters, in what is deployed. */
    readonly ADMIN_TOKEN?: string;
    /** Secret of at least 32 characters, the same as the router's; signs the tokens of `sluice preview`. */
    readonly OVERRIDE_SECRET?: string;
    /** `1` in `npm run dev`, which brings a short token; good on loopback only. */
    readonly LOCAL_DEV?: string;
    /** Slows those who send bad tokens, by address. */
    readonly BAD_TOKENS?: RateLimit;
    /** `<team>.cloudflareaccess.com` and the audience tag of the application, where control is behind Cloudflare Access. */
    readonly ACCESS_TEAM_DOMAIN?: string;
    readonly ACCESS_AUD?: string;
    /** Where this Worker is reached, for the links in messages. Unset: where the channel was made. */
    readonly CONTROL_URL?: string;
    /** Sends the e-mail of channels; such a channel needs it. */
    readonly EMAIL?: SendEmail;
    /** The address that e-mail comes from, of a domain set up for sending. */
    readonly EMAIL_FROM?: string;
    /** How long routers gather while nothing is watched; 20,000 unless set. */
    readonly IDLE_FLUSH_MS?: string;
  }
}
