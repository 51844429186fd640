// The compiler ignores an upcoming feature whose name it does not know, so a typing mistake in
// `Package.swift` would silently turn a rule off. This file is the guard: it fails the build when
// one of the features that the code is written for is not on.

#if !hasFeature(ExistentialAny)
#error("ExistentialAny is off: see `strict` in Package.swift")
#endif
#if !hasFeature(InternalImportsByDefault)
#error("InternalImportsByDefault is off: see `strict` in Package.swift")
#endif
#if !hasFeature(MemberImportVisibility)
#error("MemberImportVisibility is off: see `strict` in Package.swift")
#endif
#if !hasFeature(NonisolatedNonsendingByDefault)
#error("NonisolatedNonsendingByDefault is off: see `strict` in Package.swift")
#endif
#if !hasFeature(InferIsolatedConformances)
#error("InferIsolatedConformances is off: see `strict` in Package.swift")
#endif
