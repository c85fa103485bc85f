"""What Python needs for the same: `measure.py WHAT FILE`, one JSON object on stdout. FILE is task,worker,label with a header."""

import json
import resource
import sys
import time

import numpy as np
import pandas as pd


def best_of(times, function):
    """Least seconds of processor time of some runs, and the result of the last."""
    least = float("inf")
    for _ in range(times):
        started = time.process_time()
        result = function()
        least = min(least, time.process_time() - started)
    return least, result


def codes(column):
    return pd.factorize(column, sort=True)[0]


def log_likelihood(data, priors, errors):
    """Natural logarithm of the likelihood of all labels, apart from any code of crowd-kit's."""
    truths = list(priors.index)
    cell = np.log(errors[truths].to_numpy())[errors.index.get_indexer(pd.MultiIndex.from_frame(data[["worker", "label"]]))]
    joint = pd.DataFrame(cell).groupby(data["task"].to_numpy(), sort=False).sum().to_numpy()
    return float(np.logaddexp.reduce(joint + np.log(priors.to_numpy()), axis=1).sum())


def dawid_skene(data, iterations, tolerance):
    from crowdkit.aggregation import DawidSkene

    # Integers are what crowd-kit joins fastest.
    data = pd.DataFrame({name: codes(data[name]) for name in ("task", "worker", "label")})
    seconds, model = best_of(1, lambda: DawidSkene(n_iter=iterations, tol=tolerance).fit(data))
    return {
        "seconds": seconds,
        "iterations": len(model.loss_history_),
        "logLikelihood": log_likelihood(data, model.priors_, model.errors_),
    }


def alpha_of_counts(items, labels):
    import krippendorff

    width = int(labels.max()) + 1
    counts = np.bincount(items * width + labels, minlength=(int(items.max()) + 1) * width).reshape(-1, width)
    return float(krippendorff.alpha(value_counts=counts, level_of_measurement="nominal"))


def alpha(data):
    items, labels = codes(data["task"]), codes(data["label"])
    seconds, value = best_of(5, lambda: alpha_of_counts(items, labels))
    return {"seconds": seconds, "value": value}


def cohen(data):
    from sklearn.metrics import cohen_kappa_score

    both = data.pivot(index="task", columns="worker", values="label")
    first, second = (codes(both[worker]) for worker in both.columns)
    seconds, value = best_of(5, lambda: cohen_kappa_score(first, second))
    return {"seconds": seconds, "value": float(value)}


def fleiss(data):
    from statsmodels.stats.inter_rater import aggregate_raters, fleiss_kappa

    data = data.sort_values("task", kind="stable")
    raters = codes(data["label"]).reshape(data["task"].nunique(), -1)
    seconds, value = best_of(5, lambda: fleiss_kappa(aggregate_raters(raters)[0]))
    return {"seconds": seconds, "value": float(value)}


def aggregate(path, out):
    from crowdkit.aggregation import DawidSkene

    data = pd.read_csv(path, usecols=["task", "worker", "label"])
    model = DawidSkene().fit(data)
    confidence = model.probas_.max(axis=1)
    pd.DataFrame({"label": model.labels_, "confidence": confidence}).to_csv(out)
    return {"iterations": len(model.loss_history_)}


def agreement(path, *_):
    data = pd.read_csv(path, usecols=["task", "label"])
    return {"value": alpha_of_counts(codes(data["task"]), codes(data["label"]))}


def main(what, path, *rest):
    if what == "aggregate":
        result = aggregate(path, *rest)
    elif what == "agreement":
        result = agreement(path, *rest)
    else:
        data = pd.read_csv(path, usecols=["task", "worker", "label"])
        if what == "dawid-skene":
            result = dawid_skene(data, int(rest[0]), float(rest[1]))
        else:
            result = {"alpha": alpha, "cohen": cohen, "fleiss": fleiss}[what](data)
    # ru_maxrss is in KiB on Linux.
    result["processSeconds"] = time.process_time()
    result["peakMemory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps(result))


main(*sys.argv[1:])
