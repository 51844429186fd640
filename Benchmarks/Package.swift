// swift-tools-version: 6.2
import PackageDescription

// The Swift peers that Martlet is measured against, apart from the library so that its users never
// resolve them.
let package = Package(
    name: "martlet-benchmarks",
    platforms: [.macOS("26.0")],
    products: [
        .executable(name: "hummingbird-server", targets: ["HummingbirdServer"])
    ],
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1")
    ],
    targets: [
        .executableTarget(
            name: "HummingbirdServer",
            dependencies: [.product(name: "Hummingbird", package: "hummingbird")]
        )
    ]
)
