namespace Drydock.Lab;

/// <summary>
/// Numbers the acts that pass one or more fault proxies and holds the rules for faults. Proxies that share a ledger
/// share the numbers, so that acts of Kubernetes, Docker and SQL have one order.
/// </summary>
public sealed class FaultLedger
{
    private readonly Lock _gate = new();
    private readonly List<FaultAct> _acts = [];
    private readonly List<FaultPoint> _fired = [];
    private readonly List<Rule> _rules = [];
    private readonly List<(Func<FaultAct, bool> Predicate, TaskCompletionSource<FaultAct> Source)> _waiting = [];

    /// <summary>All acts that passed, in order.</summary>
    public IReadOnlyList<FaultAct> Acts
    {
        get
        {
            lock (_gate)
            {
                return [.. _acts];
            }
        }
    }

    /// <summary>The points at which a rule struck, in order.</summary>
    public IReadOnlyList<FaultPoint> Fired
    {
        get
        {
            lock (_gate)
            {
                return [.. _fired];
            }
        }
    }

    /// <summary>Every point of the acts seen so far. A chaos runner enumerates them after an undisturbed run.</summary>
    public IReadOnlyList<FaultPoint> Points =>
        [.. Acts.SelectMany(
            act => new[] { new FaultPoint(act, FaultSide.Before), new FaultPoint(act, FaultSide.After) })];

    /// <summary>Strikes once, at one side of the act with this number.</summary>
    public FaultLedger At(int number, FaultSide side, FaultAction action) =>
        When(point => point.Act.Number == number && point.Side == side, action);

    /// <summary>Strikes at the first points that fit.</summary>
    /// <param name="predicate">Selects the points.</param>
    /// <param name="action">The action at a point.</param>
    /// <param name="times">How often it strikes; <see cref="int.MaxValue"/> for always.</param>
    public FaultLedger When(Func<FaultPoint, bool> predicate, FaultAction action, int times = 1)
    {
        lock (_gate)
        {
            _rules.Add(new Rule(predicate, action, times));
        }

        return this;
    }

    /// <summary>Removes the rules and keeps the acts.</summary>
    public void ClearRules()
    {
        lock (_gate)
        {
            _rules.Clear();
        }
    }

    /// <summary>Removes acts and rules; the next act has number 1.</summary>
    public void Reset()
    {
        lock (_gate)
        {
            _rules.Clear();
            _acts.Clear();
            _fired.Clear();
        }
    }

    /// <summary>Completes with the first past or future act that fits.</summary>
    public Task<FaultAct> WaitForActAsync(Func<FaultAct, bool> predicate, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            if (_acts.Find(act => predicate(act)) is { } past)
            {
                return Task.FromResult(past);
            }

            var source = new TaskCompletionSource<FaultAct>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((predicate, source));
            return source.Task.WaitAsync(cancellationToken);
        }
    }

    internal FaultAct Record(string proxy, string verb, string target, string digest)
    {
        lock (_gate)
        {
            var act = new FaultAct(proxy, _acts.Count + 1, verb, target, digest);
            _acts.Add(act);
            foreach (var waiting in _waiting.Where(waiting => waiting.Predicate(act)).ToList())
            {
                waiting.Source.TrySetResult(act);
                _waiting.Remove(waiting);
            }

            return act;
        }
    }

    /// <summary>
    /// Runs the delegates of the rule that fits, if there is one, and returns the remaining action: pass, cut, hang or
    /// answer.
    /// </summary>
    internal async Task<FaultAction> StrikeAsync(FaultAct act, FaultSide side)
    {
        var point = new FaultPoint(act, side);
        return await RunAsync(Take(point), point);
    }

    /// <summary>Runs the delegates of an action and returns the remaining action.</summary>
    internal static async Task<FaultAction> RunAsync(FaultAction action, FaultPoint point)
    {
        var left = action;
        while (left is FaultAction.CallAction call)
        {
            await call.Run(point);
            left = call.Then;
        }

        return left;
    }

    /// <summary>Whether a rule would strike. It does not strike: the proxy first waits for the whole answer.</summary>
    internal bool WouldStrike(FaultAct act, FaultSide side)
    {
        var point = new FaultPoint(act, side);
        lock (_gate)
        {
            return _rules.Exists(rule => rule.Left > 0 && rule.Predicate(point));
        }
    }

    private FaultAction Take(FaultPoint point)
    {
        lock (_gate)
        {
            if (_rules.Find(rule => rule.Left > 0 && rule.Predicate(point)) is not { } hit)
            {
                return FaultAction.Pass;
            }

            hit.Left--;
            _fired.Add(point);
            return hit.Action;
        }
    }

    private sealed class Rule(Func<FaultPoint, bool> predicate, FaultAction action, int times)
    {
        public Func<FaultPoint, bool> Predicate { get; } = predicate;

        public FaultAction Action { get; } = action;

        public int Left { get; set; } = times;
    }
}
