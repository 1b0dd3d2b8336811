using Drydock.Clients.Kubernetes.Runtime;

namespace Drydock.Reconcilers.Databases;

/// <summary>Takes distributed databases through rolling upgrades. How a run goes is the frame's
/// (<c>Upgrades/Flows</c>); what makes a DatabaseRollingUpgrade is in <c>Running/DatabaseUpgradeKind.cs</c>, what makes
/// it one of an engine in the project of that engine (<see cref="IDatabaseEngine"/>).</summary>
[EntityRbac(ApiGroup.Name, "databaserollingupgrades", Verbs = "get,list,watch,patch")]
[EntityRbac(ApiGroup.Name, "databaserollingupgrades/status", Verbs = "update")]
[EntityRbac(ApiGroup.Name, "backupsnapshots", Verbs = "get,list,watch,create")]
[EntityRbac("", "secrets", Verbs = "get,list,watch,create,update")]
[EntityRbac("", "namespaces", Verbs = "get")]
[EntityRbac("", "events", Verbs = "create,patch")]
[EntityRbac(
    "coordination.k8s.io", "leases", Verbs = "get,create,update,delete", OperatorNamespaceOnly = true)]
internal sealed class DatabaseRollingUpgradeController(
    DatabaseServices services, EntityWriter<DatabaseRollingUpgrade> writer, IReconcileTrigger trigger)
    : RunController<DatabaseRollingUpgrade>(new DatabaseUpgradeKind(services), services, writer, trigger)
{
    public static IEnumerable<string> ReferencedSecrets(DatabaseRollingUpgrade upgrade) =>
        RunPhases.IsEnded(upgrade.Status?.Phase) ? [] : SecretReferences.Names(upgrade.Spec);
}

/// <summary>What the DatabaseRollingUpgrade controller is composed of.</summary>
internal sealed record DatabaseServices : ControllerServices
{
    public required DatabaseEngineSet Engines { get; init; }
    public required DatabaseHostServices Hosts { get; init; }
    public required IStorages Storages { get; init; }
    public required AsyncSignal SnapshotChanges { get; init; }
    public EndpointPolicy Endpoints { get; init; } = EndpointPolicy.Default;
}
