import MartletSupervisor
import Testing

@Suite("An order of dependency")
struct DependencyOrderTests {
    @Test("puts each name after those it depends on and keeps the order otherwise")
    func sorted() throws {
        let order = try DependencyOrder.sorted(
            ["gateway", "order", "payment", "user", "alone"],
            dependencies: ["gateway": ["order", "user"], "order": ["user", "payment"]]
        )
        #expect(order == ["user", "payment", "order", "gateway", "alone"])
    }

    @Test(
        "of names that wait for each other names the circle",
        arguments: [
            (["a": ["a"]], ["a", "a"]),
            (["a": ["b"], "b": ["c"], "c": ["b"]], ["b", "c", "b"]),
        ]
    )
    func cycle(dependencies: [String: [String]], path: [String]) {
        let error = #expect(throws: DependencyOrder.Cycle.self) {
            try DependencyOrder.sorted(["a", "b", "c"], dependencies: dependencies)
        }
        #expect(error?.path == path)
    }
}
