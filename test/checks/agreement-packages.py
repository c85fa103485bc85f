"""What packages of Python say of tables of ratings: JSON from stdin to stdout, as test/reference/package-values.ts has it."""

import json
import sys
import warnings
from importlib.metadata import version

import krippendorff
import numpy as np
import pandas as pd
from crowdkit.aggregation import DawidSkene, MajorityVote, Wawa
from irrCAC.raw import CAC
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import fleiss_kappa

PACKAGES = ["krippendorff", "statsmodels", "scikit-learn", "irrCAC", "crowd-kit"]
ROUNDS = 5


def defined(compute):
    """A number, or None where the package refuses or has no number."""
    try:
        value = float(compute())
    except (ValueError, ZeroDivisionError, IndexError):
        return None
    return value if np.isfinite(value) else None


def values_of(table):
    worth = table["values"]
    labels = list(range(len(worth)))
    # NaN where there is no label; a row a worker.
    index = np.array([[np.nan if k is None else k for k in row] for row in table["ratings"]], dtype=float)
    valued = np.array([[np.nan if k is None else worth[k] for k in row] for row in table["ratings"]], dtype=float)
    values = {}
    for metric in ["nominal", "ordinal", "interval", "ratio"]:
        values[f"krippendorff {metric}"] = defined(
            lambda: krippendorff.alpha(valued, level_of_measurement=metric, value_domain=worth)
        )
    values["statsmodels fleiss"] = fleiss_of(index, labels)
    both = ~np.isnan(index[0]) & ~np.isnan(index[1])
    for weights in [None, "linear", "quadratic"]:
        values["sklearn kappa" + (f" {weights}" if weights else "")] = defined(
            lambda: cohen_kappa_score(index[0][both], index[1][both], labels=labels, weights=weights)
        )
    values.update(irr_of(index, labels))
    values.update(crowd_of(table))
    return values


def fleiss_of(index, labels):
    complete = index[:, ~np.isnan(index).any(axis=0)]
    if complete.shape[1] == 0:
        return None
    counts = np.array([[(item == k).sum() for k in labels] for item in complete.T])
    return defined(lambda: fleiss_kappa(counts))


def irr_of(index, labels):
    frame = pd.DataFrame(index.T).dropna(how="all")
    # The error of a single item divides by nothing, and takes the coefficient with it.
    if len(frame) < 2:
        return {}
    asked = {
        "fleiss": ("fleiss", "identity"),
        "AC1": ("gwet", "identity"),
        "AC2 linear": ("gwet", "linear"),
        "AC2 quadratic": ("gwet", "quadratic"),
        "Brennan-Prediger": ("bp", "identity"),
    }
    overlap = (frame.notna().sum(axis=1) > 1).any()

    def coefficient(method, weights):
        cac = CAC(frame, weights=weights, categories=[float(k) for k in labels], digits=15)
        estimate = getattr(cac, method)()["est"]
        # By chance alone all would agree: the package subtracts a trace from chance and answers 1.
        return np.nan if estimate["pe"] > 1 - 1e-12 else estimate["coefficient_value"]

    return {
        f"irrCAC {name}": defined(lambda: coefficient(*how)) if overlap else None for name, how in asked.items()
    }


def weighed(numbers):
    return float(sum(value / (place + 1) for place, value in enumerate(numbers)))


def crowd_of(table):
    rows = [
        (t, w, k)
        for w, row in enumerate(table["ratings"])
        for t, k in enumerate(row)
        if k is not None
    ]
    data = pd.DataFrame(rows, columns=["task", "worker", "label"])
    # The bound never rises by less: all rounds are made.
    steps = DawidSkene(n_iter=ROUNDS, tol=-np.inf).fit(data)
    posteriors = steps.probas_.sort_index().sort_index(axis=1)
    wawa = Wawa().fit(data)
    return {
        "crowd-kit majority": weighed(MajorityVote().fit_predict(data).sort_index()),
        "crowd-kit Wawa skills": weighed(wawa.skills_.sort_index()),
        "crowd-kit Dawid-Skene": weighed(posteriors.to_numpy().ravel()),
    }


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    tables = json.load(sys.stdin)
    answers = {
        "versions": {name: version(name) for name in PACKAGES},
        "tables": [{"table": table, "values": values_of(table)} for table in tables],
    }
    json.dump(answers, sys.stdout)
