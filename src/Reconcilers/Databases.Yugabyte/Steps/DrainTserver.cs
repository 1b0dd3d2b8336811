using System.Runtime.CompilerServices;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// Moves all leaders off a tablet server and keeps new ones away, before the server is stopped: clients then only
/// notice one change of leader per tablet (docs/research/yugabytedb.md#yugabytedb-anywhere). The leader blacklist is
/// written only while the masters have a leader (docs/research/yugabytedb.md#known-failures) and the whole cluster is
/// healthy. A server that already runs the wanted program, or does not run, has no leaders to move.
/// <para> Progress decides how long a drain may take (<see cref="LeaderDrain"/>). If leaders stay, the step fails and
/// the others that left stay away for spec.drain.idleLimit, so that the work is not lost while an administrator
/// decides. </para>
/// </summary>
/// <param name="Replicas">The replication factor if it is below three; null otherwise.</param>
internal sealed record DrainTserver(int? Replicas = null) : TserverStep
{
    public const string LeadersLeftFact = "leadersLeft";

    // One context belongs to one job that follows the step.
    private static readonly ConditionalWeakTable<StepContext, TserverDrainView> Views = [];

    // It counts over several looks.
    private LeaderDrain Drain => field ??= new(Targets, Cluster);

    private ClusterGate Gate => new(Cluster);

    protected override async Task<Observation> ReadAsync(StepContext context, CancellationToken cancellationToken)
    {
        var view = Views.GetValue(context, static _ => new TserverDrainView());
        try
        {
            var seen = await LookAsync(context, view, cancellationToken);
            view.UnreadableSince = null;
            return seen;
        }
        catch (TargetException exception) when (!view.IsEmpty && exception is not HostException)
        {
            // While leaders move, a universe that does not answer is waited for as long as leaders that stay.
            var now = context.Time.GetUtcNow();
            var since = view.UnreadableSince ??= now;
            Drain.Forget(context);
            return now - since < Cluster.Spec.Drain.LongestStall()
                ? new Observation.Running(exception.Message)
                : throw new StepActionException(
                    exception.Reason,
                    $"The drain of {context.Node} could not be observed for {Cluster.Spec.Drain.StalledFor} "
                    + $"(spec.drain.stalledFor); {context.Node} was not stopped. {exception.Message}",
                    retryable: false,
                    exception);
        }
    }

    protected override async Task ExecuteAsync(
        StepContext context, DatabaseInstance instance, CancellationToken cancellationToken)
    {
        var problems = await Gate.DrainProblemsAsync(
            context.Plan, Stop(context, instance), rightBefore: true, cancellationToken);
        if (problems.Count > 0)
        {
            throw NotYet(Reasons.ClusterUnhealthy, $"{instance.Name} was not drained. {problems[0]}");
        }

        Targets.EnsureMayAct();
        await Drain.BeginAsync(instance, cancellationToken);
    }

    private async Task<Observation> LookAsync(
        StepContext context, TserverDrainView view, CancellationToken cancellationToken)
    {
        var instance = InstanceOf(context);
        var now = context.Time.GetUtcNow();

        // One page of the leading master; anything but leaders that are still counted is looked at as a whole.
        if (view.MayLookBriefly(now)
            && view.Leader is { } leader
            && await Cluster.MasterClient.IsLeaderAsync(leader, cancellationToken))
        {
            var servers = await Cluster.MasterClient.TserversAsync(leader, cancellationToken);
            var server = servers.FirstOrDefault(t => t.Web == Cluster.Web(instance));
            if (view.IsSameProcess(server) && server!.Leaders > 0)
            {
                return Judge(context, instance, view, server.Leaders);
            }
        }

        return await LookAtWholeAsync(context, instance, view, now, cancellationToken);
    }

    private async Task<Observation> LookAtWholeAsync(
        StepContext context,
        DatabaseInstance instance,
        TserverDrainView view,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var process = await Targets.Hosts.Instance(instance.Name).LookAsync(cancellationToken);
        if (Change(context, instance).IsDone(process))
        {
            return new Observation.Done("The server already runs the wanted program.");
        }

        if (!process.IsAlive || process.Supervision == SupervisionState.Restarting)
        {
            return new Observation.Done($"The server does not run ({process.SupervisionText}).");
        }

        if (Replicas == 1)
        {
            return new Observation.Done("With one replica, leaders cannot move.");
        }

        var universe = await Cluster.ReadAsync(cancellationToken);
        if (universe.Tserver(Cluster.Web(instance)) is not { IsAlive: true } server)
        {
            return new Observation.Done("The master does not list the server as ALIVE, so the server leads no tablet.");
        }

        var state = Drain.Read(universe, instance);
        if (state.IsDrained)
        {
            Drain.Forget(context);
            return new Observation.Done();
        }

        if (!state.IsBlacklisted)
        {
            Drain.Forget(context);
            return Former(context, instance, universe) is { } former
                ? new Observation.Running(former)
                : await NotYetAsync(context, instance, cancellationToken);
        }

        view.Saw(universe.Leader, server, now);
        return Judge(context, instance, view, state.Leaders);
    }

    private Observation Judge(StepContext context, DatabaseInstance instance, TserverDrainView view, ulong leaders)
    {
        var now = context.Time.GetUtcNow();
        var began = view.Since ?? now;
        if (Drain.Overdue(context, began, leaders) is not { } why)
        {
            var pace = view.Pace.Describe((long)(view.Before ?? leaders), (long)leaders, now - began, now);
            return new Observation.Running($"{instance.Name} still leads tablets: {pace}");
        }

        var text = leaders.ToString(CultureInfo.InvariantCulture);
        return Drain.Proceeds
            ? new Observation.Done(
                $"{why}: {text} tablet leaders are left. The upgrade proceeds, as spec.drain.onTimeout says.",
                Entry(LeadersLeftFact, text))
            : throw new StepActionException(
                Reasons.DrainTimeout,
                $"{Drain.Left(instance, why, leaders)} Leaders that left are given back after "
                + $"{Cluster.Spec.Drain.IdleLimit} (spec.drain.idleLimit).",
                retryable: false);
    }

    // The former servers settle while this one is drained, but only those of one group are without leaders at once.
    private string? Former(StepContext context, DatabaseInstance instance, ClusterView universe)
    {
        var inHand = LeaderBlacklistIsClean.InHand(context.Plan).ToHashSet(StringComparer.Ordinal);
        var former = Cluster.Tservers.Except(Stop(context, instance).All).FirstOrDefault(
            t => inHand.Contains(t.Name) && universe.IsBlacklisted(Cluster.Rpc(t)));
        var replaced = DrainTurn.Replaced(context, static s => s.Is<SwapTserver>());
        return former is null
            ? DrainTurn.Early(Cluster.Spec, replaced, context.Time.GetUtcNow())
            : $"Waiting until {former.Name} may have leaders again.";
    }

    private async Task<Observation> NotYetAsync(
        StepContext context, DatabaseInstance instance, CancellationToken cancellationToken)
    {
        var problems = await Gate.DrainProblemsAsync(
            context.Plan, Stop(context, instance), rightBefore: false, cancellationToken);
        if (problems.Count == 0)
        {
            return new Observation.NotStarted();
        }

        var patience = YugabytePlanTraits.DrainPatience(Cluster.Spec);
        return Elapsed(context) < patience
            ? new Observation.Running($"Waiting until the cluster is healthy. {problems[0]}")
            : new Observation.Failed(
                Reasons.ClusterUnhealthy,
                $"{instance.Name} was not drained. {string.Join(" ", problems)} The operator waited "
                + $"{KubernetesDuration.Format(patience)} (2 x spec.timeouts.verify, and spec.settle).");
    }
}
