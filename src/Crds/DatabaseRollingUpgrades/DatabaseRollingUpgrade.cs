using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.DatabaseRollingUpgrades;

/// <summary>
/// Takes one distributed database (YugabyteDB, BMDB, TiDB) from one version to another, one process after the other, so
/// that no quorum is lost: preflight, plan, drain, swap, verify for each process, then what makes the new version
/// final.
/// </summary>
[KubernetesEntity(Group = ApiGroup.Name, ApiVersion = ApiGroup.V1Alpha1, Kind = KindName, PluralName = Plural)]
[KubernetesEntityShortNames("dru", Categories = ApiGroup.Category)]
[AdditionalPrinterColumn(".spec.engine", "ENGINE", "string", Description = "The database.")]
[AdditionalPrinterColumn(".spec.fromVersion", "FROM", "string", Description = "The version it starts from.")]
[AdditionalPrinterColumn(".spec.toVersion", "TO", "string", Description = "The version it goes to.")]
[AdditionalPrinterColumn(".status.phase", "PHASE", "string", Description = "Where it stands.")]
[AdditionalPrinterColumn(".status.progress", "PROGRESS", "string", Description = "Steps done of all steps.")]
[AdditionalPrinterColumn(".status.conditions[?(@.type==\"Ready\")].status", "READY", "string", Description = "Whether what the spec asks for is reached.")]
[AdditionalPrinterColumn(".metadata.creationTimestamp", "AGE", "date", Description = "Since the object was created.")]
[AdditionalPrinterColumn(".status.step", "STEP", "string", Priority = 1, Description = "What runs now, or failed.")]
[AdditionalPrinterColumn(".status.message", "MESSAGE", "string", Priority = 1, Description = "What goes on, or what is wrong.")]
[AdditionalPrinterColumn(".status.snapshotRef.name", "SNAPSHOT", "string", Priority = 1, Description = "The BackupSnapshot of this upgrade.")]
[FrozenWhile(
    "has(oldSelf.status) && has(oldSelf.status.plan) && !(has(oldSelf.status.phase) && oldSelf.status.phase in ['Planned', 'Succeeded', 'RolledBack'])",
    "is frozen while status.plan is stored and not ended: put the old value back and let the run end; for another target delete this object and create a new one")]
public sealed record DatabaseRollingUpgrade : CustomKubernetesEntity<DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeStatus>,
    ISchemaStamped<DatabaseRollingUpgrade>
{
    /// <summary>The kind.</summary>
    public const string KindName = "DatabaseRollingUpgrade";

    /// <summary>The resource name in URLs.</summary>
    public const string Plural = "databaserollingupgrades";

    /// <inheritdoc />
    int? ISchemaStamped<DatabaseRollingUpgrade>.Schema => Status?.Schema;

    /// <inheritdoc />
    DatabaseRollingUpgrade ISchemaStamped<DatabaseRollingUpgrade>.Stamp(int schema) =>
        this with { Status = (Status ?? new DatabaseRollingUpgradeStatus()) with { Schema = schema } };
}
