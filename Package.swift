// swift-tools-version: 6.2
import PackageDescription

/// What every target is built with: Swift 6 mode, the upcoming features that the code is written
/// for, and warnings as errors.
///
/// `BuildSettings.swift` in `MartletCore` fails the build when one of these names is not known to
/// the compiler, because a misspelled feature is silently ignored.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .treatAllWarnings(as: .error),
    .treatWarning("DeprecatedDeclaration", as: .warning),
]

/// Libraries also say of every public type whether it is `Sendable`.
let library: [SwiftSetting] = strict + [.treatWarning("ExplicitSendable", as: .error)]

let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let nioTLS = Target.Dependency.product(name: "NIOTLS", package: "swift-nio")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let tracing = Target.Dependency.product(name: "Tracing", package: "swift-distributed-tracing")
let lifecycle = Target.Dependency.product(
    name: "ServiceLifecycle",
    package: "swift-service-lifecycle"
)
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let configuration = Target.Dependency.product(name: "Configuration", package: "swift-configuration")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let jwt = Target.Dependency.product(name: "JWTKit", package: "jwt-kit")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let certificates = Target.Dependency.product(name: "X509", package: "swift-certificates")
let asn1 = Target.Dependency.product(name: "SwiftASN1", package: "swift-asn1")
let serviceContext = Target.Dependency.product(
    name: "ServiceContextModule",
    package: "swift-service-context"
)
let protobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")
let protobufPlugin = Target.Dependency.product(
    name: "SwiftProtobufPluginLibrary",
    package: "swift-protobuf"
)

let package = Package(
    name: "martlet",
    platforms: [.macOS("26.0")],
    products: [
        .library(name: "Martlet", targets: ["Martlet"]),
        .library(name: "MartletCore", targets: ["MartletCore"]),
        .library(name: "MartletTransport", targets: ["MartletTransport"]),
        .library(name: "MartletHTTP", targets: ["MartletHTTP"]),
        .library(name: "MartletRPC", targets: ["MartletRPC"]),
        .library(name: "MartletResilience", targets: ["MartletResilience"]),
        .library(name: "MartletIdentity", targets: ["MartletIdentity"]),
        .library(name: "MartletGateway", targets: ["MartletGateway"]),
        .executable(name: "martlet", targets: ["MartletCLI"]),
        .executable(name: "protoc-gen-martlet", targets: ["ProtocGenMartlet"]),
        .executable(name: "bench-server", targets: ["BenchServer"]),
        .executable(name: "calculator", targets: ["Calculator"]),
        .executable(name: "crawler", targets: ["Crawler"]),
        .executable(name: "task-queue", targets: ["TaskQueue"]),
        .executable(name: "chat", targets: ["Chat"]),
        .executable(name: "echo", targets: ["Echo"]),
        .executable(name: "time-service", targets: ["TimeService"]),
        .executable(name: "shop-user", targets: ["ShopUser"]),
        .executable(name: "shop-order", targets: ["ShopOrder"]),
        .executable(name: "shop-payment", targets: ["ShopPayment"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.0"),
        .package(url: "https://github.com/apple/swift-service-context", from: "1.5.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.0"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.0"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"),
    ],
    targets: [
        .systemLibrary(
            name: "CZlib",
            path: "Sources/CZlib",
            pkgConfig: "zlib",
            providers: [.apt(["zlib1g-dev"])]
        ),
        .systemLibrary(name: "CProcess", path: "Sources/CProcess"),
        .systemLibrary(name: "CDatagrams", path: "Sources/CDatagrams"),
        .target(
            name: "MartletCore",
            dependencies: [nioCore, serviceContext, logging, lifecycle, metrics]
        ),
        .target(
            name: "MartletTransport",
            dependencies: [
                "CDatagrams", "MartletCore", nioCore, nioPosix, nioSSL, nioTLS, certificates, asn1,
                logging, lifecycle, metrics,
            ]
        ),
        .target(
            name: "MartletHTTP",
            dependencies: [
                "CZlib", "MartletCore", "MartletTransport", nioCore, httpTypes, logging, metrics,
                tracing, serviceContext, lifecycle,
            ]
        ),
        .target(
            name: "MartletRPC",
            dependencies: [
                "MartletCore", "MartletHTTP", nioCore, httpTypes, logging, lifecycle, protobuf,
            ],
            exclude: ["Health/Protos", "Reflection/Protos", "Transcoding/Protos"]
        ),
        .target(
            name: "MartletResilience",
            dependencies: ["MartletCore", "MartletHTTP", httpTypes, nioCore]
        ),
        .target(
            name: "MartletIdentity",
            dependencies: [
                "MartletCore", "MartletTransport", "MartletHTTP", httpTypes, nioCore, jwt, crypto,
                logging,
            ]
        ),
        .target(
            name: "MartletGateway",
            dependencies: [
                "MartletCore", "MartletTransport", "MartletHTTP", httpTypes, nioCore, logging,
                lifecycle, yams, metrics, tracing,
            ]
        ),
        .target(
            name: "Martlet",
            dependencies: [
                "MartletCore", "MartletTransport", "MartletHTTP", "MartletResilience",
                "MartletIdentity", httpTypes, nioCore, logging, lifecycle, unixSignals,
                configuration, yams,
            ]
        ),
        .target(
            name: "MartletSupervisor",
            dependencies: [
                "CProcess", "MartletCore", "MartletTransport", "MartletHTTP", "Martlet", httpTypes,
                nioCore, logging, lifecycle, unixSignals, yams,
            ]
        ),
        .executableTarget(
            name: "MartletCLI",
            dependencies: [
                "Martlet", "MartletCore", "MartletGateway", "MartletHTTP", "MartletSupervisor",
                "MartletTransport", arguments, logging, lifecycle, unixSignals,
            ]
        ),
        .executableTarget(
            name: "ProtocGenMartlet",
            dependencies: [protobuf, protobufPlugin]
        ),
        .executableTarget(
            name: "BenchServer",
            dependencies: [
                "MartletCore", "MartletTransport", "MartletHTTP", "MartletRPC", "MartletGateway",
                arguments, httpTypes, nioCore, logging, lifecycle, protobuf,
            ]
        ),
        .target(
            name: "ShopModel",
            dependencies: ["Martlet", grdb, nioCore, httpTypes, logging],
            path: "Examples/Shop/Sources/ShopModel"
        ),
        .executableTarget(
            name: "ShopUser",
            dependencies: ["Martlet", "ShopModel", grdb, httpTypes],
            path: "Examples/Shop/Sources/ShopUser"
        ),
        .executableTarget(
            name: "ShopOrder",
            dependencies: ["Martlet", "ShopModel", grdb, httpTypes],
            path: "Examples/Shop/Sources/ShopOrder"
        ),
        .executableTarget(
            name: "ShopPayment",
            dependencies: ["Martlet", "ShopModel", grdb, httpTypes],
            path: "Examples/Shop/Sources/ShopPayment"
        ),
        .target(
            name: "UserAPI",
            dependencies: ["MartletRPC", protobuf],
            path: "Examples/Users/Sources/UserAPI",
            exclude: ["Protos"]
        ),
        .executableTarget(
            name: "Hello",
            dependencies: ["Martlet"],
            path: "Examples/Hello"
        ),
        .executableTarget(
            name: "Calculator",
            dependencies: [arguments],
            path: "Examples/Calculator/Sources/Calculator"
        ),
        .executableTarget(
            name: "Crawler",
            dependencies: ["Martlet", arguments, nioCore],
            path: "Examples/Crawler/Sources/Crawler"
        ),
        .executableTarget(
            name: "TaskQueue",
            dependencies: ["Martlet", arguments, grdb, lifecycle, unixSignals],
            path: "Examples/TaskQueue/Sources/TaskQueue"
        ),
        .executableTarget(
            name: "Chat",
            dependencies: [
                "MartletCore", "MartletTransport", arguments, logging, lifecycle, nioCore,
                unixSignals,
            ],
            path: "Examples/Chat/Sources/Chat"
        ),
        .executableTarget(
            name: "Echo",
            dependencies: [
                "MartletTransport", arguments, logging, lifecycle, nioCore, unixSignals,
            ],
            path: "Examples/Echo/Sources/Echo"
        ),
        .executableTarget(
            name: "TimeService",
            dependencies: [
                "MartletTransport", arguments, logging, lifecycle, nioCore, unixSignals,
            ],
            path: "Examples/TimeService/Sources/TimeService"
        ),
        .target(name: "CMallocCount", path: "Tests/CMallocCount"),
        .executableTarget(
            name: "AllocationBudgets",
            dependencies: [
                "CMallocCount", "MartletCore", "MartletTransport", "MartletHTTP", "MartletRPC",
                "MartletGateway", httpTypes, nioCore, logging, protobuf,
            ],
            path: "Tests/AllocationBudgets"
        ),
        .target(name: "CThreadSanitizer", path: "Tests/CThreadSanitizer"),
        .target(
            name: "TestAuthority",
            dependencies: ["MartletTransport", crypto, certificates, asn1],
            path: "Tests/TestAuthority"
        ),
        .target(name: "TestSupport", path: "Tests/TestSupport"),
        .testTarget(
            name: "MartletCoreTests",
            dependencies: [
                "TestSupport", "CThreadSanitizer", "MartletCore", nioCore, logging, lifecycle,
                metrics,
                .product(name: "MetricsTestKit", package: "swift-metrics"),
            ]
        ),
        .testTarget(
            name: "MartletTransportTests",
            dependencies: [
                "TestSupport", "CThreadSanitizer", "MartletCore", "MartletTransport", nioCore,
                nioPosix, logging, lifecycle, "TestAuthority",
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "InMemoryLogging", package: "swift-log"),
            ]
        ),
        .testTarget(
            name: "MartletHTTPTests",
            dependencies: [
                "CThreadSanitizer", "MartletCore", "MartletTransport", "MartletHTTP", nioCore,
                nioPosix, nioSSL, httpTypes, logging, metrics, tracing, serviceContext, lifecycle,
                "TestAuthority", "TestSupport",
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "InMemoryLogging", package: "swift-log"),
                .product(name: "MetricsTestKit", package: "swift-metrics"),
                .product(name: "InMemoryTracing", package: "swift-distributed-tracing"),
            ]
        ),
        .testTarget(
            name: "MartletRPCTests",
            dependencies: [
                "MartletCore", "MartletTransport", "MartletHTTP", "MartletRPC", "TestSupport",
                "UserAPI", httpTypes, nioCore, logging, lifecycle, protobuf,
            ],
            exclude: [
                "Peers/caller.py", "Peers/services.py", "Peers/Go", "Fixtures/Protos",
            ]
        ),
        .testTarget(
            name: "ProtocGenMartletTests",
            dependencies: ["ProtocGenMartlet", protobuf, protobufPlugin]
        ),
        .testTarget(
            name: "MartletResilienceTests",
            dependencies: [
                "TestSupport", "MartletCore", "MartletHTTP", "MartletResilience", httpTypes,
                nioCore,
            ]
        ),
        .testTarget(
            name: "MartletIdentityTests",
            dependencies: [
                "MartletCore", "MartletHTTP", "MartletIdentity", httpTypes, nioCore, jwt, crypto,
            ]
        ),
        .testTarget(
            name: "MartletGatewayTests",
            dependencies: [
                "TestSupport", "MartletCore", "MartletTransport", "MartletHTTP", "MartletGateway",
                httpTypes, nioCore, logging, crypto, certificates, asn1,
            ]
        ),
        .testTarget(
            name: "MartletTests",
            dependencies: [
                "Martlet", "MartletCore", "MartletHTTP", configuration, httpTypes, nioCore,
            ]
        ),
        .testTarget(
            name: "MartletSupervisorTests",
            dependencies: [
                "MartletCore", "MartletHTTP", "MartletSupervisor", "TestSupport", httpTypes,
                nioCore,
            ]
        ),
        .testTarget(
            name: "ShopTests",
            dependencies: [
                "Martlet", "ShopModel", "ShopUser", "ShopOrder", "ShopPayment",
                "MartletSupervisor", "TestSupport", grdb, httpTypes, nioCore, logging,
            ],
            path: "Examples/Shop/Tests"
        ),
        .testTarget(
            name: "CalculatorTests",
            dependencies: ["TestSupport", "Calculator", arguments],
            path: "Examples/Calculator/Tests"
        ),
        .testTarget(
            name: "CrawlerTests",
            dependencies: ["TestSupport", "Crawler", "Martlet"],
            path: "Examples/Crawler/Tests"
        ),
        .testTarget(
            name: "TaskQueueTests",
            dependencies: ["TaskQueue", "Martlet", "MartletCore", "TestSupport", nioCore],
            path: "Examples/TaskQueue/Tests"
        ),
        .testTarget(
            name: "ChatTests",
            dependencies: ["Chat", "MartletTransport", logging, nioCore],
            path: "Examples/Chat/Tests"
        ),
        .testTarget(
            name: "EchoTests",
            dependencies: ["Echo", "MartletTransport", "TestSupport", logging, lifecycle, nioCore],
            path: "Examples/Echo/Tests"
        ),
        .testTarget(
            name: "TimeServiceTests",
            dependencies: ["TimeService", "MartletTransport", nioCore],
            path: "Examples/TimeService/Tests"
        ),
        .testTarget(name: "TidyTests"),
    ]
)

let strictest: Set = [
    "MartletCore", "MartletTransport", "MartletHTTP", "MartletRPC", "MartletResilience",
    "MartletIdentity", "MartletGateway", "Martlet", "MartletSupervisor", "UserAPI",
]
for target in package.targets where target.type != .system {
    target.swiftSettings = strictest.contains(target.name) ? library : strict
}
