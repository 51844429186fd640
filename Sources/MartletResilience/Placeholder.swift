enum PlaceholderMartletResilience {}
