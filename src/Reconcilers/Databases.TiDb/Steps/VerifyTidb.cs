namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>A TiDB server is verified when its status reports the new version and it executes a statement: it opens its
/// SQL port only once the system tables have the version of its program (docs/research/tidb.md#tidb-server). The number
/// of that version (tidb_server_version) stays the same in most patch releases, and never becomes lower.</summary>
/// <param name="BootstrapBefore">tidb_server_version before the upgrade, if this is the server that upgrades the
/// system tables.</param>
internal sealed record VerifyTidb(long? BootstrapBefore = null) : VerifyInstance
{
    protected override async Task<Observation?> InClusterAsync(
        StepContext context,
        DatabaseInstance instance,
        InstanceProcess process,
        CancellationToken cancellationToken)
    {
        var version = await Targets.Tidb().VersionAsync(Spec.Status(instance), cancellationToken);
        if (!TiDbVersion.Same(version, Spec.ToVersion))
        {
            return new Observation.Running($"The status of {instance.Name} reports version {version}.");
        }

        if (!await Targets.Sql.AnswersAsync(Spec.Service(instance), cancellationToken))
        {
            return new Observation.Running($"{Spec.Service(instance)} does not execute statements yet.");
        }

        if (BootstrapBefore is not { } before)
        {
            return null;
        }

        var now = await Targets.Sql.BootstrapVersionAsync(cancellationToken);
        return now >= before
            ? null
            : new Observation.Failed(Reasons.InstanceUnhealthy, string.Create(
                CultureInfo.InvariantCulture,
                $"tidb_server_version is {now}, and was {before} before the upgrade. Check that {instance.Name} uses "
                + $"this cluster (--path in its start script) and that mysql.tidb was not changed, then retry."));
    }
}
