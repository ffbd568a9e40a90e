element()
