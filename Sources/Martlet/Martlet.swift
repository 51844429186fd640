// What an application imports: `import Martlet` is enough for a service that speaks HTTP.
//
// ServiceLifecycle is not exported, because its protocol `Service` would make `Service` ambiguous.

@_exported public import HTTPTypes
@_exported public import Logging
@_exported public import MartletCore
@_exported public import MartletHTTP
@_exported public import MartletIdentity
@_exported public import MartletResilience
@_exported public import MartletTransport
