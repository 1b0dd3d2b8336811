namespace Drydock.Lab;

/// <summary>
/// Numbers the acts that pass one or more fault proxies and holds the rules by which faults strike. Proxies that share
/// a ledger share the numbering, so "the k-th act" is one order over Kubernetes, Docker and SQL.
/// </summary>
public sealed class FaultLedger
{
    private readonly Lock _gate = new();
    private readonly List<FaultAct> _acts = [];
    private readonly List<FaultPoint> _fired = [];
    private readonly List<Rule> _rules = [];
    private readonly List<(Func<FaultAct, bool> Predicate, TaskCompletionSource<FaultAct> Source)> _waiting = [];

    /// <summary>Everything that passed, in order.</summary>
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

    /// <summary>Every point of the acts seen so far: what a chaos runner enumerates after an undisturbed run.</summary>
    public IReadOnlyList<FaultPoint> Points =>
        [.. Acts.SelectMany(act => new[] { new FaultPoint(act, FaultSide.Before), new FaultPoint(act, FaultSide.After) })];

    /// <summary>Strikes once, at one side of the act with this number.</summary>
    public FaultLedger At(int number, FaultSide side, FaultAction action) =>
        When(point => point.Act.Number == number && point.Side == side, action);

    /// <summary>Strikes at the first points that fit.</summary>
    /// <param name="predicate">Which points fit.</param>
    /// <param name="action">What happens there.</param>
    /// <param name="times">How often; <see cref="int.MaxValue"/> for always.</param>
    public FaultLedger When(Func<FaultPoint, bool> predicate, FaultAction action, int times = 1)
    {
        lock (_gate)
        {
            _rules.Add(new Rule(predicate, action, times));
        }

        return this;
    }

    /// <summary>Forgets the rules and keeps the acts.</summary>
    public void ClearRules()
    {
        lock (_gate)
        {
            _rules.Clear();
        }
    }

    /// <summary>Forgets acts and rules; numbering begins at 1 again.</summary>
    public void Reset()
    {
        lock (_gate)
        {
            _rules.Clear();
            _acts.Clear();
            _fired.Clear();
        }
    }

    /// <summary>Completes with the first act that fits, be it past or still to come.</summary>
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
    /// Runs the delegates of the rule that fits, if one does, and returns what is left to do: pass, cut, hang or
    /// answer.
    /// </summary>
    internal async Task<FaultAction> StrikeAsync(FaultAct act, FaultSide side)
    {
        var point = new FaultPoint(act, side);
        return await RunAsync(Take(point), point);
    }

    /// <summary>Runs the delegates of an action and returns what is left to do.</summary>
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

    /// <summary>Whether a rule would strike, without striking: a proxy then waits for the whole answer first.</summary>
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
