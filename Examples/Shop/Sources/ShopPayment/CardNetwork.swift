package import ShopModel

/// The banks, as far as this shop goes: every card is good but those that end in 0002.
package struct CardNetwork: Sendable {
    package init() {}

    /// Whether the bank pays.
    package func authorize(_ card: CardNumber, amountCents: Int) -> Bool {
        card.lastFour != "0002"
    }
}
