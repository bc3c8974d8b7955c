// What `http_config` says, in its typed form. It stands here because `config` reads it and `http` acts on it, and
// the two are neighbours.

/** TLS of an outgoing connection: PEM texts or the files that hold them; '' for what is not set. */
export interface TlsSettings {
  readonly ca: string
  readonly cert: string
  readonly key: string
  readonly caFile: string
  readonly certFile: string
  readonly keyFile: string
  readonly serverName: string
  readonly insecureSkipVerify: boolean
  /** Go's names; '' leaves it to the TLS library. */
  readonly minVersion: '' | 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13'
  readonly maxVersion: '' | 'TLS10' | 'TLS11' | 'TLS12' | 'TLS13'
}

export interface ProxySettings {
  /** `http://` or `https://`, may carry `user:password@`; '' for none. */
  readonly url: string
  /** Comma-separated hosts, domains, addresses and networks that are reached directly. */
  readonly noProxy: string
  /** HTTP_PROXY, HTTPS_PROXY and NO_PROXY of the environment say it instead. */
  readonly fromEnvironment: boolean
  /** Sent with CONNECT only. */
  readonly connectHeaders: readonly (readonly [string, readonly string[]])[]
}

/** Client credentials, or a signed JWT when `grantType` says so. */
export interface OAuth2Settings {
  readonly clientId: string
  readonly clientSecret: string
  readonly clientSecretFile: string
  readonly tokenUrl: string
  readonly scopes: readonly string[]
  readonly endpointParams: readonly (readonly [string, string])[]
  readonly tls: TlsSettings
  readonly proxy: ProxySettings
  readonly grantType: string
  /** For the JWT grant: PEM text or file of the RSA key, its id, and the claims. */
  readonly jwt: {
    readonly key: string
    readonly keyFile: string
    readonly keyId: string
    readonly algorithm: string
    readonly issuer: string
    readonly audience: string
    readonly claims: readonly (readonly [string, string])[]
  }
}

/** http_config of scrapes, discoveries, notifications and remote endpoints. */
export interface HttpClientSettings {
  readonly basicAuth:
    | {
        readonly username: string
        readonly usernameFile: string
        readonly password: string
        readonly passwordFile: string
      }
    | undefined
  readonly authorization:
    | { readonly type: string; readonly credentials: string; readonly credentialsFile: string }
    | undefined
  readonly oauth2: OAuth2Settings | undefined
  readonly followRedirects: boolean
  /** http_headers, in the order of the file; the text of each file is a value too. */
  readonly headers: readonly {
    readonly name: string
    readonly values: readonly string[]
    readonly files: readonly string[]
  }[]
  readonly tls: TlsSettings
  readonly proxy: ProxySettings
}

/** What an empty http_config says. */
export const PLAIN_HTTP_CLIENT: HttpClientSettings = {
  basicAuth: undefined,
  authorization: undefined,
  oauth2: undefined,
  followRedirects: true,
  headers: [],
  tls: {
    ca: '',
    cert: '',
    key: '',
    caFile: '',
    certFile: '',
    keyFile: '',
    serverName: '',
    insecureSkipVerify: false,
    minVersion: '',
    maxVersion: '',
  },
  proxy: { url: '', noProxy: '', fromEnvironment: false, connectHeaders: [] },
}
