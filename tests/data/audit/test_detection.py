from utils.data.audit.detection import hits


def test_precision_and_recall():
    assert hits([0, 1, 2, 3], [2, 3, 4]) == (4, 2, 3)
    assert hits([0, 1, 2, 3], [2, 3, 4]).precision == 0.5
    assert hits([], [1]).precision == 1.0 and hits([], [1]).recall == 0.0
    assert hits([1], []).precision == 0.0 and hits([1], []).recall == 1.0
    assert str(hits([0, 1], [1, 2])) == "1 of 2 found, 1 marked wrongly"
