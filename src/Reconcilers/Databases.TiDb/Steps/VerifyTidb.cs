using System.Globalization;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>
/// A TiDB is back when its status says the new version and it takes a statement. After the first one the system tables
/// must be upgraded too: tidb_server_version is raised (docs/research/tidb.md#tidb-server), before another one is
/// touched.
/// </summary>
internal sealed class VerifyTidb(ITiDbTargets targets) : VerifyInstance(targets)
{
    /// <inheritdoc />
    protected override async Task<Observation?> InClusterAsync(
        StepContext context, DatabaseInstance instance, InstanceProcess process, CancellationToken cancellationToken)
    {
        var version = await Targets.Tidb().VersionAsync(Spec.Status(instance), cancellationToken);
        if (!TiDbVersion.Same(version, Spec.ToVersion))
        {
            return new Observation.Running($"its status says version {version}");
        }

        if (!await Targets.Sql.AnswersAsync(Spec.Service(instance), cancellationToken))
        {
            return new Observation.Running($"{Spec.Service(instance)} takes no statement yet");
        }

        if (context.OptionalParameter("bootstrapBefore") is not { } text)
        {
            return null;
        }

        var now = await Targets.Sql.BootstrapVersionAsync(cancellationToken);
        return now > long.Parse(text, CultureInfo.InvariantCulture)
            ? null
            : new Observation.Running(string.Create(CultureInfo.InvariantCulture, $"the system tables are not upgraded yet (tidb_server_version {now})"));
    }
}
