module nethttp

go 1.27
