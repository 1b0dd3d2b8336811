namespace Drydock.Reconcilers.Upgrades;

/// <summary>The state of one object in this process, in memory only. All of it can be lost at any time.</summary>
internal sealed class RunSession : IAsyncDisposable
{
    private HeldTargets? _targets;
    private readonly List<HeldTargets> _former = [];
    private RunBinding? _binding;
    private string? _runKey;
    private PlanRun? _run;

    public string AccessKey => _binding?.AccessKey ?? "";

    public IBoundTargets Targets => Bound.Targets;

    private HeldTargets Bound =>
        _targets ?? throw new InvalidOperationException("No targets were bound yet.");

    /// <summary>Keeps the present targets until the result is disposed of, even if other targets are bound in
    /// between.</summary>
    public HeldTargets Hold() => Bound.Hold();

    public CancellationToken Superseded => Bound.Superseded;

    public WordMarks Marks { get; } = new();

    public Task<PreflightResult<IRunDiscovery>>? Preflight { get; set; }

    public string? PreflightKey { get; set; }

    /// <summary>When preflight may run again without a change.</summary>
    public DateTimeOffset PreflightNotBefore { get; set; }

    public ClaimTarget? BusyTarget { get; set; }

    public int PreflightFailures { get; set; }

    public string? FailedWith { get; set; }

    public Task<RollbackLook>? RollbackLook { get; set; }

    public Task<ParkedStateResult>? CleaningUp { get; set; }

    public DateTimeOffset CleanUpNotBefore { get; set; }

    public (string? Version, Task<Blocker?> Look) Outdated { get; set; }

    public Task<Blocker?>? BlockerLook { get; set; }

    public int CleanUpFailures { get; set; }

    public bool TriedBeforeRelease { get; set; }

    public bool HasNoBlocker { get; set; }

    /// <summary>Warnings that were given once.</summary>
    public HashSet<string> Told { get; } = new(StringComparer.Ordinal);

    public bool ClaimSeen { get; set; }

    /// <summary>The run of a plan. Another plan gets a run of its own, which observes on the targets what the jobs of
    /// the former one were doing.</summary>
    public async Task<PlanRun> RunAsync(PlanKind slot, PlanProgress plan)
    {
        var key = $"{slot}|{plan.Hash}|{plan.Id}";
        if (_run is null || _runKey != key)
        {
            await StopRunAsync();
            (_run, _runKey, FailedWith) = (new PlanRun(), key, null);
        }

        return _run;
    }

    public bool IsIdle(string stepId) => _run?.IsIdle(stepId) == true;

    public async Task StopRunAsync()
    {
        var former = _run;
        (_run, _runKey) = (null, null);
        if (former is not null)
        {
            await former.DisposeAsync();
        }
    }

    public void WorldChanged() => _run?.WorldChanged();

    /// <summary>Binds other targets if the spec or a used value of a Secret changed. Jobs that started with the former
    /// targets keep them until they end; if the spec changed, those that only wait end at once. The former targets are
    /// disposed of at the first reconcile after the last of these jobs has ended; the end of each job triggers a
    /// reconcile.</summary>
    public async Task BindAsync(RunObject entity, RunBinding binding, Action onEvent)
    {
        if (_targets is not null && _binding?.TargetsKey == binding.TargetsKey)
        {
            _targets.Targets.Refresh(entity.Entity);
        }
        else
        {
            if (_targets is not null)
            {
                _former.Add(_targets);
                if (_binding?.SpecKey != binding.SpecKey)
                {
                    await _targets.SupersedeAsync();
                }
            }

            _targets = new HeldTargets(binding.Bind(onEvent));
        }

        _binding = binding;
        foreach (var free in _former.FindAll(f => f.IsFree))
        {
            _former.Remove(free);
            await free.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await StopRunAsync();
        }
        finally
        {
            foreach (var held in _targets is null ? _former : [.. _former, _targets])
            {
                await held.DisposeAsync();
            }
        }
    }
}

/// <summary>Targets, and how many jobs use them: a Secret that is rotated under a running step neither closes its
/// connections nor leaves the former ones open for longer than needed.</summary>
internal sealed class HeldTargets(IRunTargets targets) : IAsyncDisposable
{
    private readonly CancellationTokenSource _superseded = new();

    // The session is one of them until it disposes of the targets.
    private int _holders = 1;

    public IRunTargets Targets => targets;

    public CancellationToken Superseded => _superseded.Token;

    public bool IsFree => Volatile.Read(ref _holders) == 1;

    /// <summary>One more holder, who gives the targets back by disposing of the result, once.</summary>
    public HeldTargets Hold()
    {
        Interlocked.Increment(ref _holders);
        return this;
    }

    public Task SupersedeAsync() => _superseded.CancelAsync();

    public ValueTask DisposeAsync()
    {
        if (Interlocked.Decrement(ref _holders) > 0)
        {
            return ValueTask.CompletedTask;
        }

        _superseded.Dispose();
        return targets.DisposeAsync();
    }
}
