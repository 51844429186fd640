enum PlaceholderShop {}
