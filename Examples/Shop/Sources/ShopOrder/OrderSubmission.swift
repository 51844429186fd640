import ShopModel

/// An order as a customer submits it, whatever its fields hold.
package struct OrderSubmission: Decodable, Sendable {
    struct Item: Decodable, Sendable {
        var sku: Submitted<String>?
        var quantity: Submitted<Int>?
        var unitPriceCents: Submitted<Int>?
    }

    var userId: Submitted<String>?
    var items: Submitted<[Submitted<Item>]>?
    var card: Submitted<String>?
}
