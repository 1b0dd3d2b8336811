namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>A TiDB server is verified when its status reports the new version and it executes a statement. After the
/// first one the system tables must be upgraded too, which raises tidb_server_version
/// (docs/research/tidb.md#tidb-server), before another one is touched.</summary>
internal sealed class VerifyTidb(ITiDbTargets targets) : VerifyInstance<VerifyTidb.Args>(targets)
{
    /// <param name="BootstrapBefore">tidb_server_version before the upgrade, if this is the server that upgrades the
    /// system tables.</param>
    public sealed record Args(long? BootstrapBefore = null);

    protected override async Task<Observation?> InClusterAsync(
        StepContext context,
        Args args,
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

        if (args.BootstrapBefore is not { } before)
        {
            return null;
        }

        var now = await Targets.Sql.BootstrapVersionAsync(cancellationToken);
        return now > before
            ? null
            : new Observation.Running(string.Create(
                CultureInfo.InvariantCulture,
                $"The system tables are not upgraded yet (tidb_server_version {now})."));
    }
}
