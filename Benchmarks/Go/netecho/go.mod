module netecho

go 1.27
