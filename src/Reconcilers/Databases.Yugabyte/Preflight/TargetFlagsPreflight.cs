namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Replication in which the target goes first: whether the AutoFlags of both ends allow it. A target that has
/// not promoted what its source uses cannot read the source's log, and a target that runs the new version but is not
/// final would fall behind as soon as this universe promotes its flags
/// (docs/research/yugabytedb.md#procedure).</summary>
internal sealed class TargetFlagsPreflight(YugabyteCluster cluster, Findings findings)
{
    private const string Field = "spec.yugabyte.replication.groups";

    private readonly ReplicationFlags _flags = new(cluster);

    public Task CompareAsync(
        ReplicationGroup group, YugabyteUpgradePath path, ToolState look, CancellationToken cancellationToken) =>
        BothAsync(group, path, look, (own, theirs) =>
        {
            if (_flags.OfTarget(group, own, theirs, path.From, path.To) is not { } problem)
            {
                return;
            }

            if (problem.MayBeAcknowledged)
            {
                findings.Ask(
                    Reasons.PeerNotUpgraded, group.Name, problem.Message, field: $"{Field}[{group.Name}]");
            }
            else
            {
                findings.Add(Reasons.PeerNotUpgraded, problem.Message, field: $"{Field}[{group.Name}]");
            }
        }, cancellationToken);

    public Task CompareSourceAsync(
        ReplicationGroup group, YugabyteUpgradePath path, ToolState look, CancellationToken cancellationToken) =>
        BothAsync(group, path, look, (own, theirs) =>
        {
            if (_flags.OfSource(group, own, theirs) is { } problem)
            {
                findings.Ask(
                    Reasons.ReplicationBroken,
                    group.Name,
                    $"{problem} With TargetFirst the target is upgraded and made final before its source; now the "
                    + "group does not replicate until this universe is final. Pause it, so that it has no errors: "
                    + $"`set_universe_replication_enabled {group.Name} 0`, and resume it after the upgrade.",
                    field: $"{Field}[{group.Name}]");
            }
        }, cancellationToken);

    private async Task BothAsync(
        ReplicationGroup group,
        YugabyteUpgradePath path,
        ToolState look,
        Action<AutoFlagsConfig, AutoFlagsConfig> compare,
        CancellationToken cancellationToken)
    {
        if (look.Tool is not { } tool || !YugabyteFeatures.HasAutoFlags(path.From))
        {
            return;
        }

        try
        {
            compare(
                await tool.AutoFlagsAsync(cancellationToken),
                await cluster.PeerTool(group, tool.Program).AutoFlagsAsync(cancellationToken));
        }
        catch (TargetException exception)
        {
            findings.Add(
                exception,
                field: $"{Field}[{group.Name}].peer",
                message: $"The AutoFlags of both ends of replication group {group.Name} cannot be compared: "
                    + exception.Message);
        }
    }
}
