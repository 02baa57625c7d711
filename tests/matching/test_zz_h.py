def test_show(place):
    import time; t=time.time()
    tally = play(place, examples=12, steps=25, derandomize=True)
    print(time.time()-t); print(sorted(tally.items()))
