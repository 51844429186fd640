enum PlaceholderMartletGateway {}
