prechat()
