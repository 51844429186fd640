import MartletCore
import TestSupport
import Testing

@Suite("PoolMachine")
struct PoolMachineTests {
    /// One who uses the machine as a pool does, and what the rules say must be true.
    private struct Model {
        var machine = PoolMachine<Int, Int>(maximum: 3, maximumWaiters: 4)
        var lent: [Int] = []
        var opening = 0
        var line: [Int] = []
        var nextItem = 0
        var nextWaiter = 0

        /// Somebody comes.
        mutating func come() {
            if let item = machine.takeIdle() {
                #expect(line.isEmpty)
                lent.append(item)
            } else if machine.takePlace(below: machine.maximum) {
                #expect(line.isEmpty)
                opening += 1
            } else {
                let isFull = line.count == machine.maximumWaiters
                #expect(machine.isLineFull == isFull)
                if !isFull {
                    machine.join(nextWaiter)
                    line.append(nextWaiter)
                }
                nextWaiter += 1
            }
        }

        /// An opening ends.
        mutating func open(succeeds: Bool) {
            guard opening > 0 else { return }
            opening -= 1
            if succeeds {
                lent.append(nextItem)
                nextItem += 1
            } else {
                freePlace()
            }
        }

        mutating func giveBack(at index: Int, isUsable: Bool) {
            let item = lent.remove(at: index)
            guard isUsable else { return freePlace() }
            if line.isEmpty, index == 0 { return machine.keep(item) }
            let first = machine.give(item)
            #expect(first == line.first)
            if first != nil {
                line.removeFirst()
                lent.append(item)
            }
        }

        mutating func freePlace() {
            let first = machine.freePlace()
            #expect(first == line.first)
            if first != nil {
                line.removeFirst()
                opening += 1
            }
        }

        mutating func leave(_ waiter: Int) {
            let left = machine.leave { $0 == waiter }
            #expect((left != nil) == line.contains(waiter))
            line.removeAll { $0 == waiter }
        }

        func check() {
            #expect(machine.count == machine.idle.count + lent.count + opening)
            #expect(machine.count <= machine.maximum)
            #expect(machine.waiterCount == line.count)
            #expect(line.isEmpty || machine.idle.isEmpty)
            #expect(line.isEmpty || machine.count == machine.maximum)
            let all = machine.idle + lent
            #expect(Set(all).count == all.count)
        }
    }

    @Test("whatever happens in whatever order, the rules of a pool hold", arguments: 0..<20)
    func rules(seed: Int) {
        var random = SplitMix(seed: UInt64(seed))
        var model = Model()
        for _ in 0..<2_000 {
            switch Int.random(in: 0..<8, using: &random) {
            case 0, 1, 2: model.come()
            case 3: model.open(succeeds: Int.random(in: 0..<4, using: &random) > 0)
            case 4: model.leave(Int.random(in: 0...model.nextWaiter, using: &random))
            case 5 where Bool.random(using: &random):
                guard let item = model.machine.idle.randomElement(using: &random) else { break }
                model.machine.forget { $0 == item }
                model.freePlace()
            case 5:
                let removed = model.machine.removeIdle { $0 % 3 == 0 }
                for _ in removed { model.freePlace() }
            default:
                guard let index = model.lent.indices.randomElement(using: &random) else { break }
                model.giveBack(at: index, isUsable: Int.random(in: 0..<4, using: &random) > 0)
            }
            model.check()
        }
        // Else the cases say little.
        #expect(model.nextItem > 50)
        #expect(model.nextWaiter > 50)
    }

    @Test("the item used last is taken first, and removed last")
    func order() {
        var machine = PoolMachine<Int, Int>(maximum: 3, maximumWaiters: 1)
        for item in 0..<3 {
            #expect(machine.takePlace(below: 3) == true)
            #expect(machine.give(item) == nil)
        }
        let removed = machine.removeIdle { $0 < 2 }
        #expect(removed == [0, 1])
        #expect(machine.count == 3)
        #expect(machine.takeIdle() == 2)
        #expect(machine.takeIdle() == nil)
    }

    @Test("a closed machine gives up what is idle and who waits, and has no places")
    func closing() {
        var machine = PoolMachine<Int, Int>(maximum: 1, maximumWaiters: 2)
        #expect(machine.takePlace(below: 1) == true)
        machine.join(7)
        machine.join(8)
        let refused = machine.close()
        #expect(refused.idle.isEmpty)
        #expect(refused.line == [7, 8])
        #expect(machine.isClosed)
        #expect(machine.freePlace() == nil)
        #expect(machine.takePlace(below: 1) == false)
    }
}
