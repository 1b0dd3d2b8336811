namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Compares the AutoFlags of both ends of a replication group: a target that has not promoted what its source
/// uses cannot read the source's log (docs/research/yugabytedb.md#procedure).</summary>
internal sealed class ReplicationFlags(YugabyteCluster cluster)
{
    private const int Named = 6;

    /// <summary>Why this universe, the source of a group, must not promote AutoFlags yet: its target lacks flags that
    /// are promoted here, or runs the new version but has promoted nothing more. Null if nothing is wrong.</summary>
    public FlagProblem? OfTarget(
        ReplicationGroup group, AutoFlagsConfig own, AutoFlagsConfig theirs, YugabyteVersion from, YugabyteVersion to)
    {
        var peer = cluster.Peer(group).Display;
        var missing = Missing(own, theirs);
        if (missing.Count > 0)
        {
            return new FlagProblem(
                $"{peer}, the target of replication group {group.Name}, has not promoted {missing.Count} AutoFlags "
                + $"that this universe uses: {Sentences.List(missing, Named)}. Promote them there "
                + "(promote_auto_flags), or choose replication.mode: PauseBothSides",
                MayBeAcknowledged: false);
        }

        return from.Series != to.Series && theirs.Promoted.IsSubsetOf(own.Promoted)
            ? new FlagProblem(
                $"{peer}, the target of replication group {group.Name}, runs {to} but has promoted no "
                + "AutoFlag that this universe lacks, so its upgrade does not seem to be final (TargetFirst). "
                + "Finalize the upgrade of the target first.",
                MayBeAcknowledged: true)
            : null;
    }

    /// <summary>Why this universe cannot replicate from the source of a group: the source uses AutoFlags that are not
    /// promoted here. Null if nothing is wrong.</summary>
    public string? OfSource(ReplicationGroup group, AutoFlagsConfig own, AutoFlagsConfig theirs)
    {
        var missing = Missing(theirs, own);
        return missing.Count == 0
            ? null
            : $"{cluster.Peer(group).Display}, the source of replication group {group.Name}, uses {missing.Count} "
                + $"AutoFlags that this universe has not promoted: {Sentences.List(missing, Named)}.";
    }

    /// <summary>Why a source must not promote AutoFlags now, by what both ends have promoted at this moment; null if it
    /// may. Universes that are targets too wait for their peers before (<see cref="AwaitPeers"/>).</summary>
    /// <exception cref="Drydock.Reconcilers.Upgrades.TargetException">One end cannot be read.</exception>
    public async Task<string?> FindObstacleAsync(string? flagsBefore, CancellationToken cancellationToken)
    {
        var groups = cluster.Settings.Replication.Groups;
        var (from, to) = (
            YugabyteVersion.Parse(cluster.Spec.FromVersion), YugabyteVersion.Parse(cluster.Spec.ToVersion));
        if (groups.Count == 0
            || !YugabyteFeatures.HasAutoFlags(from)
            || YugabyteFeatures.Replication(cluster.Settings, from) != ReplicationMode.TargetFirst)
        {
            return null;
        }

        foreach (var group in groups)
        {
            if (await cluster.InboundAsync(group, ReplicationTarget.Here, cancellationToken) is not null)
            {
                return null;
            }
        }

        var own = await cluster.Tool().AutoFlagsAsync(cancellationToken);
        var mayHaveBegun = own.Version.ToString(System.Globalization.CultureInfo.InvariantCulture) != flagsBefore;
        foreach (var group in groups)
        {
            if (await cluster.InboundAsync(group, ReplicationTarget.There, cancellationToken) is null)
            {
                continue;
            }

            var theirs = await cluster.PeerTool(group).AutoFlagsAsync(cancellationToken);
            if (OfTarget(group, own, theirs, from, to) is { } problem
                && !(problem.MayBeAcknowledged && (mayHaveBegun || IsAcknowledged(group))))
            {
                return problem.Message;
            }
        }

        return null;
    }

    private bool IsAcknowledged(ReplicationGroup group) =>
        cluster.Spec.Preflight.Acknowledge.Exists(
            a => a is Reasons.PeerNotUpgraded || a == $"{Reasons.PeerNotUpgraded}/{group.Name}");

    private static List<string> Missing(AutoFlagsConfig needed, AutoFlagsConfig promoted) =>
        [.. needed.Promoted.Except(promoted.Promoted, StringComparer.Ordinal).Order(StringComparer.Ordinal)];
}

/// <summary>What the AutoFlags of a target say against the promotion at its source.</summary>
/// <param name="Message">Whole sentences.</param>
/// <param name="MayBeAcknowledged">Whether an administrator may judge it differently.</param>
internal sealed record FlagProblem(string Message, bool MayBeAcknowledged);
