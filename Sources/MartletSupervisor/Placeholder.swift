enum PlaceholderMartletSupervisor {}
