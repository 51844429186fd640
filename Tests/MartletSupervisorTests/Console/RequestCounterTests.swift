import MartletSupervisor
import Testing

@Suite("What a service is asked for its requests")
struct RequestCounterTests {
    @Test(
        "is the path beside its health path",
        arguments: [
            ("/health/ready", "/health/stats"), ("/-/health", "/-/stats"), ("/", "/stats"),
            ("/ready?full=/yes", "/stats"),
        ]
    )
    func path(health: String, stats: String) {
        #expect(RequestCounter.statsPath(besideHealth: health) == stats)
    }
}
