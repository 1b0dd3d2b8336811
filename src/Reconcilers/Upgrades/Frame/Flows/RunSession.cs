using Drydock.Abstractions.Entities;
using Drydock.Abstractions.Plans;
using Drydock.Crds.Common;
using Drydock.Engine.Running;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>What this process holds in memory of one object. All of it can be lost at any moment.</summary>
internal sealed class RunSession : IAsyncDisposable
{
    private HeldTargets? _targets;
    private readonly List<HeldTargets> _former = [];
    private string? _targetsKey;
    private string? _runKey;
    private PlanRun? _run;

    /// <summary>Whether jobs of the present run are under way.</summary>
    public bool IsBusy => _run?.IsBusy == true;

    /// <summary>The targets, bound to the present spec and Secrets.</summary>
    public IRunTargets Targets => Bound.Targets;

    private HeldTargets Bound =>
        _targets ?? throw new InvalidOperationException("nothing was bound yet");

    /// <summary>Keeps the present targets until the result is disposed of, whatever is bound meanwhile.</summary>
    public TargetsHold Hold() => Bound.Hold();

    /// <summary>The preflight pass under way or just ended.</summary>
    public Task<PreflightResult<IRunDiscovery>>? Preflight { get; set; }

    /// <summary>What the last preflight pass was made for.</summary>
    public string? PreflightKey { get; set; }

    /// <summary>When preflight may look again by itself.</summary>
    public DateTimeOffset PreflightNotBefore { get; set; }

    /// <summary>
    /// The target that another run holds: while it does, only its claim is looked at, and not the hosts it works on.
    /// </summary>
    public ClaimTarget? BusyTarget { get; set; }

    /// <summary>How often preflight failed for the same key.</summary>
    public int PreflightFailures { get; set; }

    /// <summary>The access fields and Secrets at the time of the last failure.</summary>
    public string? FailedWith { get; set; }

    /// <summary>The taking away, under way or just ended, of what a resting run must not leave.</summary>
    public Task<ParkedStateResult>? CleaningUp { get; set; }

    /// <summary>When that may be tried again by itself.</summary>
    public DateTimeOffset CleanUpNotBefore { get; set; }

    /// <summary>How often it left something.</summary>
    public int CleanUpFailures { get; set; }

    /// <summary>Whether it was tried before letting go for good.</summary>
    public bool TriedBeforeLettingGo { get; set; }

    /// <summary>Whether this process has seen that nothing keeps it from going on with the plan.</summary>
    public bool HasNoBlocker { get; set; }

    /// <summary>The warning of approvals that are not read, as it was told last.</summary>
    public string? UnreadApprovals { get; set; }

    /// <summary>The outputs of commands that are being kept.</summary>
    public StepOutputStore? Outputs { get; set; }

    /// <summary>Whether this process has seen that the claim on the target is ours.</summary>
    public bool ClaimSeen { get; set; }

    /// <summary>
    /// The run of a plan. Another plan gets a run of its own: what the former one's jobs were doing is found again in
    /// the world.
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

    /// <summary>Whether a step whose receipt is written was seen not to have begun.</summary>
    public bool IsIdle(string stepId) => _run?.IsIdle(stepId) == true;

    /// <summary>
    /// Cancels the jobs of the present run and waits for them; what they were doing is found again in the world.
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
    /// Binds other targets if the spec or a used value of a Secret changed. What was begun with the former ones keeps
    /// them to its end; they are disposed of at the first look after the last job that holds them has ended, and each
    /// of these ends brings a look about.
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
            }

            (_targets, _targetsKey) = (new HeldTargets(binding.Bind(onEvent)), binding.TargetsKey);
        }

        foreach (var free in _former.FindAll(f => f.IsFree))
        {
            _former.Remove(free);
            await free.Targets.DisposeAsync();
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        try
        {
            await StopRunAsync();
            if (Outputs is not null)
            {
                await Outputs.DisposeAsync();
            }
        }
        finally
        {
            foreach (var held in _former)
            {
                await held.AbandonAsync();
            }

            if (_targets is not null)
            {
                await _targets.AbandonAsync();
            }
        }
    }
}
