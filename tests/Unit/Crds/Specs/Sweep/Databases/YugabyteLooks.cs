using Drydock.Clients.Ssh;
using Drydock.Reconcilers.Databases.Yugabyte;

namespace Drydock.Tests.Unit.Crds.Specs.Sweep.Databases;

/// <summary>What is seen of a spec on a universe in memory.</summary>
internal static class YugabyteLooks
{
    /// <summary>
    /// Preflight and plan on the usual universe, whatever the spec says, with everything that was asked of it.
    /// </summary>
    public static Task<string> UsualAsync(DatabaseRollingUpgradeSpec spec) => PlanAsync(spec, new YugaSetup());

    /// <summary>As <see cref="UsualAsync"/>, on another universe.</summary>
    public static async Task<string> PlanAsync(
        DatabaseRollingUpgradeSpec spec, YugaSetup setup, Action<YugaWorld>? prepare = null)
    {
        var world = new YugaWorld(setup) { Spec = spec };
        prepare?.Invoke(world);
        var targets = new NotedUniverse(new YugaLife(world));
        var result = await new YugabytePreflight(new YugabyteCluster(targets.Context)).RunAsync(CancellationToken.None);
        var plan = result.Discovery is { } discovery
            ? PlanProgress.Of(new YugabytePlanner(spec, discovery).Compile())
            : null;
        return string.Join('\n', [Rolls.Text(plan, result.Findings), .. targets.Asked]);
    }

    /// <summary>How long the whole run takes, with what was said and done.</summary>
    public static async Task<string> RunAsync(DatabaseRollingUpgradeSpec spec, Action<YugaWorld>? prepare = null)
    {
        var world = new YugaWorld { Spec = spec };
        prepare?.Invoke(world);
        await using var run = YugaRun.Of(world);
        var began = world.Time.GetUtcNow();
        run.ToEnd();
        return string.Join('\n', [
            (world.Time.GetUtcNow() - began).ToString(null, CultureInfo.InvariantCulture), .. world.Acts,
            .. run.Plan.Steps.Where(s => s.State != StepState.Succeeded).Select(s => $"{s.Id} {s.Message}"),
            .. run.Told.Order(StringComparer.Ordinal)]);
    }

    /// <summary>What goes to the tool when a group is paused at its peer.</summary>
    public static async Task<string> PauseAtPeerAsync(DatabaseRollingUpgradeSpec spec)
    {
        var targets = new NotedUniverse(
            new YugaLife(new YugaWorld(new YugaSetup { Groups = [("g", false)] }) { Spec = spec }));
        var cluster = new YugabyteCluster(targets.Context);
        await cluster.PeerTool(spec.Yugabyte!.Replication.Groups[0])
            .SetReplicationEnabledAsync("g", enabled: false, CancellationToken.None);
        return string.Join('\n', targets.Asked);
    }
}
