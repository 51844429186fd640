/// Stands in until `Service` is there.
@main
struct Hello {
    static func main() {}
}
