using System.Globalization;
using Drydock.Abstractions.Values;
using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>
/// Stops an instance, puts the new program and the new configuration file in their places, and starts it. What is done
/// is decided by what its host shows: an instance that runs the new program is never touched; one that lives on the old
/// one is stopped only while <see cref="StopGate"/> finds nothing, read right before; one that is down is brought up
/// without asking further.
/// </summary>
internal sealed class SwapInstance(ITiDbTargets targets) : TiDbStep(targets)
{
    /// <summary>Receipt key: since when it has been tried.</summary>
    public const string SinceKey = "since";

    /// <summary>Fact: when the new process was started, by its host's clock, to within a second.</summary>
    public const string StartedAtFact = "startedAt";

    /// <inheritdoc />
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var instance = Instance(context);
        var process = await Targets.Hosts.Instance(instance.Name).LookAsync(cancellationToken);
        var newSha256 = InstanceLooks.NewSha256(Targets, context.Plan, instance);
        if (InstanceLooks.RunsNew(process, newSha256))
        {
            return process.Strays.Count == 0
                ? new Observation.Done(
                    Facts: process.StartedAt is { } at ? Fact(StartedAtFact, Moments.Text(at)) : null)
                : new Observation.Failed(
                    Reasons.ProcessLivesOn,
                    $"{instance.Name} on {instance.Host} runs the new program and beside it {string.Join(", ", process.Strays.Select(s => $"pid {s.Pid} ({s.Executable})"))}; end what is not pid {process.Pid}, then retry");
        }

        // It was started and ends again and again: that it is not healthy is for the next step to say.
        return process is { IsAlive: false, Supervision: SupervisionState.Restarting } && process.InstalledSha256 == newSha256
            ? new Observation.Done($"started, and being restarted ({process.SupervisionText})")
            : new Observation.NotStarted(process.IsAlive ? "it runs the former program" : "it does not run");
    }

    /// <inheritdoc />
    public override Task<IReadOnlyDictionary<string, string>> PrepareAsync(StepContext context, CancellationToken cancellationToken) =>
        Task.FromResult(context.Receipt(SinceKey) is not null ? context.Step.Receipt! : Fact(SinceKey, Moments.Text(context.Time.GetUtcNow())));

    /// <inheritdoc />
    protected override async Task CarryOutAsync(StepContext context, CancellationToken cancellationToken)
    {
        try
        {
            await SwapAsync(context, cancellationToken);
        }
        catch (Exception exception) when (IsLast(context, exception))
        {
            // Giving up takes away what the drain left: an evicted store stays without leaders for ever
            // (docs/research/tidb.md#rules).
            await LetLeadersBackAsync(context, cancellationToken);
            throw;
        }
    }

    private async Task SwapAsync(StepContext context, CancellationToken cancellationToken)
    {
        var instance = Instance(context);
        var host = Targets.Hosts.Instance(instance.Name);
        var newSha256 = InstanceLooks.NewSha256(Targets, context.Plan, instance);
        var configuration = new ConfigurationInstall(Targets, context.Plan, instance);
        var process = await host.LookAsync(cancellationToken);
        if (InstanceLooks.RunsNew(process, newSha256))
        {
            return;
        }

        await configuration.CheckAsync(cancellationToken);
        if (process.IsAlive)
        {
            await MayStopAsync(context, instance, cancellationToken);
        }

        // Also where it is down: a supervisor that is about to start it again must not do so in the middle of this.
        if (process.IsAlive || process.Supervision is SupervisionState.Active or SupervisionState.Restarting)
        {
            Targets.EnsureMayAct();
            await host.StopAsync(cancellationToken);
        }

        Targets.EnsureMayAct();

        // What is replaced is the program that ran; where an earlier life has stopped it, what lies there. Where the
        // new one lies there nothing is replaced.
        var former = process.ExecutableSha256 ?? process.InstalledSha256 ?? "";
        await host.SwapAsync(new ProgramSwap(Spec.Package.Directory, newSha256, TiDbVersion.Plain(Spec.FromVersion), former, process.LinkTarget), cancellationToken);
        await configuration.InstallAsync(cancellationToken);
        Targets.EnsureMayAct();
        await host.StartAsync(Spec.Package.Directory, cancellationToken);
    }

    // What the step before has brought about may have changed since.
    private async Task MayStopAsync(StepContext context, DatabaseInstance instance, CancellationToken cancellationToken)
    {
        switch (instance.Component)
        {
            case DatabaseComponent.PD:
                await DoesNotLeadAsync(context, instance, cancellationToken);
                break;
            case DatabaseComponent.TiKV:
                await HasNoLeadersAsync(context, instance, cancellationToken);
                break;
            default:
                break;
        }

        if (await new StopGate(Targets).ProblemsAsync(instance, cancellationToken) is { Count: > 0 } problems)
        {
            throw Refusal(context, $"{instance.Name} is not stopped: {string.Join("; ", problems)}");
        }

        if (instance.Component == DatabaseComponent.Pump)
        {
            await PauseAsync(instance, cancellationToken);
        }
    }

    private async Task DoesNotLeadAsync(
        StepContext context, DatabaseInstance instance, CancellationToken cancellationToken)
    {
        var members = await Targets.Pd().MembersAsync(cancellationToken);
        if (members.Members.Count >= PdLeadership.FewestToMove && PdLeadership.Leads(Spec, members, instance))
        {
            await PdLeadership.MoveAwayAsync(Targets, context.Plan, members, instance, cancellationToken);
            throw Refusal(context, $"{instance.Name} is not stopped: it leads PD again; leadership was asked to move once more");
        }
    }

    private async Task HasNoLeadersAsync(
        StepContext context, DatabaseInstance instance, CancellationToken cancellationToken)
    {
        var drain = context.Plan.Steps.Find(s => s.Id == TiDbStepIds.Drain(instance));
        if (drain?.Parameters.GetValueOrDefault("store") is not { } id || drain.Recorded(DrainTikv.ProceededFact) is not null)
        {
            return;
        }

        var store = ulong.Parse(id, NumberStyles.None, CultureInfo.InvariantCulture);
        var now = await StoreDrain.ReadAsync(Targets, instance, store, cancellationToken);
        if (!now.IsOver)
        {
            await Targets.Pd().EvictLeadersAsync(store, cancellationToken);
            throw Refusal(context, string.Create(CultureInfo.InvariantCulture, $"{instance.Name} is not stopped: {now.Leaders} leaders came back; they are leaving again"));
        }
    }

    // Waited for by itself until the step's time is over, then given up.
    private StepActionException Refusal(StepContext context, string message)
    {
        var isLate = Moments.Parse(context.Receipt(SinceKey)) is { } since
            && context.Time.GetUtcNow() - since >= KubernetesDuration.Parse(Spec.Timeouts.Swap);
        return isLate
            ? new StepActionException(Reasons.ClusterUnhealthy, $"{message}; this was waited for {Spec.Timeouts.Swap} (spec.timeouts.swap). Heal it, then retry", retryable: false)
            : NotYet(Reasons.ClusterUnhealthy, message);
    }

    private static bool IsLast(StepContext context, Exception exception) => exception switch
    {
        StepActionException refusal => !refusal.NotTaken && (!refusal.Retryable || context.Step.Tries >= context.Step.MaxAttempts),
        HostException failure => !failure.IsRetryable || (failure.Reason != Reasons.HostUnreachable && context.Step.Tries >= context.Step.MaxAttempts),
        _ => false,
    };

    private async Task LetLeadersBackAsync(StepContext context, CancellationToken cancellationToken)
    {
        var drain = context.Plan.Steps.Find(s => s.Id == TiDbStepIds.Drain(Instance(context)));
        if (ulong.TryParse(drain?.Parameters.GetValueOrDefault("store"), NumberStyles.None, CultureInfo.InvariantCulture, out var store))
        {
            await Targets.Pd().LetLeadersBackAsync(store, cancellationToken);
        }
    }

    private async Task PauseAsync(DatabaseInstance instance, CancellationToken cancellationToken)
    {
        var pump = Spec.Service(instance);
        var own = (await Targets.Binlog().PumpsAsync(pump, cancellationToken)).FirstOrDefault(n => pump.IsAddress(n.Address))
            ?? throw new StepActionException(Reasons.InstancesDiffer, $"pump {instance.Name} does not know itself as {pump}; correct host or port in spec.instances");
        Targets.EnsureMayAct();
        await Targets.Binlog().PauseAsync(pump, own.NodeId, cancellationToken);
    }
}
