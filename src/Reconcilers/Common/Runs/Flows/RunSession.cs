using Drydock.Abstractions.Entities;
using Drydock.Abstractions.Plans;
using Drydock.Crds.Common;
using Drydock.Engine.Running;
using Drydock.Reconcilers.Common.Runs.Plans;

namespace Drydock.Reconcilers.Common.Runs.Flows;

/// <summary>What this process holds in memory of one object. All of it can be lost at any moment.</summary>
/// <typeparam name="TEntity">The kind.</typeparam>
/// <typeparam name="TSpec">What its users write.</typeparam>
/// <typeparam name="TStatus">What it reports.</typeparam>
internal sealed class RunSession<TEntity, TSpec, TStatus> : IAsyncDisposable
    where TEntity : CustomKubernetesEntity<TSpec, TStatus>, new()
    where TSpec : RunSpec, new()
    where TStatus : RunStatus, new()
{
    private IRunTargets<TEntity, TSpec, TStatus>? _targets;
    private string? _targetsKey;
    private string? _runKey;
    private PlanRun? _run;

    /// <summary>Whether jobs of the present run are under way.</summary>
    public bool IsBusy => _run?.IsBusy == true;

    /// <summary>The targets, bound to the present spec and Secrets.</summary>
    public IRunTargets<TEntity, TSpec, TStatus> Targets => _targets ?? throw new InvalidOperationException("nothing was bound yet");

    /// <summary>The preflight pass under way or just ended.</summary>
    public Task<RunPreflight<TSpec, TStatus>>? Preflight { get; set; }

    /// <summary>What the last preflight pass was made for.</summary>
    public string? PreflightKey { get; set; }

    /// <summary>When preflight may look again by itself.</summary>
    public DateTimeOffset PreflightNotBefore { get; set; }

    /// <summary>The target that another run holds: while it does, only its claim is looked at, and not the hosts it works on.</summary>
    public string? BusyTarget { get; set; }

    /// <summary>How often preflight failed for the same key.</summary>
    public int PreflightFailures { get; set; }

    /// <summary>The access fields and Secrets at the time of the last failure.</summary>
    public string? FailedWith { get; set; }

    /// <summary>The taking away, under way or just ended, of what a resting run must not leave.</summary>
    public Task<RunTakenAway>? TakingAway { get; set; }

    /// <summary>When that may be tried again by itself.</summary>
    public DateTimeOffset TakeAwayNotBefore { get; set; }

    /// <summary>How often it left something.</summary>
    public int TakeAwayFailures { get; set; }

    /// <summary>Whether it was tried before letting go for good.</summary>
    public bool TriedBeforeLettingGo { get; set; }

    /// <summary>Whether this process has seen that nothing keeps it from going on with the plan.</summary>
    public bool IsFreeOfTrouble { get; set; }

    /// <summary>Whether this process has seen that the claim on the target is ours.</summary>
    public bool ClaimSeen { get; set; }

    /// <summary>The run of a plan. Another plan gets a run of its own: what the former one's jobs were doing is found again in the world.</summary>
    public async Task<PlanRun> RunAsync(PlanSlot slot, Plan plan)
    {
        var key = $"{slot}|{plan.Hash}|{plan.AttemptsBefore}";
        if (_run is null || _runKey != key)
        {
            var former = _run;
            (_run, _runKey) = (new PlanRun(), key);
            FailedWith = null;
            if (former is not null)
            {
                await former.DisposeAsync();
            }
        }

        return _run;
    }

    /// <summary>Something happened on a target. From any thread.</summary>
    public void WorldChanged() => _run?.WorldChanged();

    /// <summary>Binds the targets anew if spec or Secrets changed.</summary>
    public async Task BindAsync(TEntity entity, RunBinding<TEntity, TSpec, TStatus> binding, Action onEvent)
    {
        if (_targets is not null && _targetsKey == binding.TargetsKey)
        {
            _targets.Refresh(entity);
            return;
        }

        var old = _targets;
        (_targets, _targetsKey) = (binding.Bind(onEvent), binding.TargetsKey);
        if (old is not null)
        {
            await old.DisposeAsync();
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_run is not null)
        {
            await _run.DisposeAsync();
        }

        if (_targets is not null)
        {
            await _targets.DisposeAsync();
        }
    }
}
