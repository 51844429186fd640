enum PlaceholderMartletIdentity {}
