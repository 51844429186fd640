/// What came of asking a site for its `robots.txt`.
struct RobotsAnswer: Sendable {
    let site: String
    /// What holds for the site.
    let rules: Robots
    /// Why the file could not be had; nil when it could, or there is none.
    var problem: String?
}
