using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.OmsUpgrades;

/// <summary>
/// Takes one OceanBase Migration Service installation (all nodes of all regions) from one version to another, as the
/// vendor's upgrade guides do: preflight, plan, backup, swap, correction, initialisation, verification.
/// </summary>
[KubernetesEntity(Group = ApiGroup.Name, ApiVersion = ApiGroup.V1Alpha1, Kind = KindName, PluralName = Plural)]
[KubernetesEntityShortNames("omsu", Categories = ApiGroup.Category)]
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
public sealed record OmsUpgrade : CustomKubernetesEntity<OmsUpgradeSpec, OmsUpgradeStatus>,
    ISchemaStamped<OmsUpgrade>
{
    /// <summary>The kind.</summary>
    public const string KindName = "OmsUpgrade";

    /// <summary>The resource name in URLs.</summary>
    public const string Plural = "omsupgrades";

    /// <inheritdoc />
    int? ISchemaStamped<OmsUpgrade>.Schema => Status?.Schema;

    /// <inheritdoc />
    OmsUpgrade ISchemaStamped<OmsUpgrade>.Stamp(int schema) =>
        this with { Status = (Status ?? new OmsUpgradeStatus()) with { Schema = schema } };
}
