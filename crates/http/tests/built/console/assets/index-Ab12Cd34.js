console()
