import Logging
import Martlet
import Testing

@Suite("Configuration values")
struct ConfigurationValueTests {
    @Test("times have a unit")
    func durations() {
        #expect(Duration(configurationText: "250ms") == .milliseconds(250))
        #expect(Duration(configurationText: "30s") == .seconds(30))
        #expect(Duration(configurationText: "5m") == .seconds(300))
        #expect(Duration(configurationText: "2h") == .seconds(7200))
        for text in ["", "5", "s", "-5s", "5 s", "5d", "1.5s", "9999999999999s"] {
            #expect(Duration(configurationText: text) == nil, "\(text)")
        }
    }

    @Test("truth has several names")
    func booleans() {
        for text in ["true", "YES", "on", "1"] { #expect(Bool(configurationText: text) == true) }
        for text in ["false", "No", "OFF", "0"] { #expect(Bool(configurationText: text) == false) }
        #expect(Bool(configurationText: "2") == nil)
    }

    @Test("underscores may group the digits of a number")
    func integers() {
        #expect(Int(configurationText: "1_000") == 1000)
        #expect(Int(configurationText: "-5") == -5)
        for text in ["", "_1", "1_", "1.0", "0x10", "99999999999999999999"] {
            #expect(Int(configurationText: text) == nil, "\(text)")
        }
    }

    @Test("numbers are finite")
    func doubles() {
        #expect(Double(configurationText: "0.5") == 0.5)
        #expect(Double(configurationText: "inf") == nil)
        #expect(Double(configurationText: "nan") == nil)
    }

    @Test("a list drops the spaces around its values")
    func lists() {
        #expect([String](configurationText: "a, b ,c") == ["a", "b", "c"])
        #expect([String](configurationText: "") == [])
        #expect([Int](configurationText: "1,x") == nil)
    }

    @Test("a log level is one of the known ones")
    func levels() {
        #expect(Logger.Level(configurationText: "Debug") == .debug)
        #expect(Logger.Level(configurationText: "loud") == nil)
        #expect(Logger.Level.configurationSyntax.contains("warning"))
    }
}
