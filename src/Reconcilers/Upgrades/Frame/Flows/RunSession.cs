using Drydock.Abstractions.Entities;
using Drydock.Abstractions.Plans;
using Drydock.Crds.Common;
using Drydock.Engine.Running;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>The state of one object in this process, in memory only. All of it can be lost at any time.</summary>
internal sealed class RunSession : IAsyncDisposable
{
    private HeldTargets? _targets;
    private readonly List<HeldTargets> _former = [];
    private string? _targetsKey;
    private string? _specKey;
    private string? _runKey;
    private PlanRun? _run;

    /// <summary>Whether jobs of the present run are under way.</summary>
    public bool IsBusy => _run?.IsBusy == true;

    /// <summary>The targets, bound to the present spec and Secrets.</summary>
    public IRunTargets Targets => Bound.Targets;

    private HeldTargets Bound =>
        _targets ?? throw new InvalidOperationException("No targets were bound yet.");

    /// <summary>
    /// Keeps the present targets until the result is disposed of, even if other targets are bound in between.
    /// </summary>
    public TargetsHold Hold() => Bound.Hold();

    /// <summary>Ends when the spec that the present targets are bound to was replaced by another one.</summary>
    public CancellationToken Superseded => Bound.Superseded;

    /// <summary>The preflight pass under way or just ended.</summary>
    public Task<PreflightResult<IRunDiscovery>>? Preflight { get; set; }

    /// <summary>The input of the last preflight pass.</summary>
    public string? PreflightKey { get; set; }

    /// <summary>When preflight may run again without a change.</summary>
    public DateTimeOffset PreflightNotBefore { get; set; }

    /// <summary>
    /// The target that another run holds: until it is released only its claim is read, not the hosts that the other run
    /// works on.
    /// </summary>
    public ClaimTarget? BusyTarget { get; set; }

    /// <summary>How often preflight failed for the same key.</summary>
    public int PreflightFailures { get; set; }

    /// <summary>The access fields and Secrets at the time of the last failure.</summary>
    public string? FailedWith { get; set; }

    /// <summary>The cleanup of parked state that is under way or just finished.</summary>
    public Task<ParkedStateResult>? CleaningUp { get; set; }

    /// <summary>When the cleanup may be retried.</summary>
    public DateTimeOffset CleanUpNotBefore { get; set; }

    /// <summary>How often the cleanup left something.</summary>
    public int CleanUpFailures { get; set; }

    /// <summary>Whether the cleanup was tried before the release of the object.</summary>
    public bool TriedBeforeRelease { get; set; }

    /// <summary>Whether this process has checked that nothing keeps it from continuing the plan.</summary>
    public bool HasNoBlocker { get; set; }

    /// <summary>The last warning about approvals that are not read.</summary>
    public string? UnreadApprovals { get; set; }

    /// <summary>The last warning about acceptances that are not read.</summary>
    public string? UnreadAcceptances { get; set; }

    /// <summary>Whether this process has seen that the claim on the target is ours.</summary>
    public bool ClaimSeen { get; set; }

    /// <summary>
    /// The run of a plan. Another plan gets a run of its own, which observes on the targets what the jobs of the former
    /// one were doing.
    /// </summary>
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

    /// <summary>Whether a step whose receipt is recorded was observed not to have started.</summary>
    public bool IsIdle(string stepId) => _run?.IsIdle(stepId) == true;

    /// <summary>
    /// Cancels the jobs of the present run and waits for them; their work can be observed on the targets.
    /// </summary>
    public async Task StopRunAsync()
    {
        var former = _run;
        (_run, _runKey) = (null, null);
        if (former is not null)
        {
            await former.DisposeAsync();
        }
    }

    /// <summary>Something happened on a target. From any thread.</summary>
    public void WorldChanged() => _run?.WorldChanged();

    /// <summary>
    /// Binds other targets if the spec or a used value of a Secret changed. Jobs that started with the former targets
    /// keep them until they end; if the spec changed, those that only wait end at once. The former targets are disposed
    /// of at the first reconcile after the last of these jobs has ended; the end of each job triggers a reconcile.
    /// </summary>
    public async Task BindAsync(RunObject entity, RunBinding binding, Action onEvent)
    {
        if (_targets is not null && _targetsKey == binding.TargetsKey)
        {
            _targets.Targets.Refresh(entity.Entity);
        }
        else
        {
            if (_targets is not null)
            {
                _former.Add(_targets);
                if (_specKey != binding.SpecKey)
                {
                    await _targets.SupersedeAsync();
                }
            }

            _targets = new HeldTargets(binding.Bind(onEvent));
            (_targetsKey, _specKey) = (binding.TargetsKey, binding.SpecKey);
        }

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
            foreach (var held in _former)
            {
                await held.DisposeAsync();
            }

            if (_targets is not null)
            {
                await _targets.DisposeAsync();
            }
        }
    }
}
