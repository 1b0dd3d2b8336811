namespace Drydock.Crds.Common;

/// <summary>What every kind of upgrade has in common for <c>kubectl get</c> and for the API server. The columns of a
/// derived kind stand before those of the same priority.</summary>
[AdditionalPrinterColumn(".spec.fromVersion", "FROM", "string", Description = "Version before the upgrade.")]
[AdditionalPrinterColumn(".spec.toVersion", "TO", "string", Description = "Version after the upgrade.")]
[AdditionalPrinterColumn(".status.phase", "PHASE", "string", Description = "Current phase.")]
[AdditionalPrinterColumn(
    ".status.conditions[?(@.type==\"Ready\")].reason",
    "REASON",
    "string",
    Description = "Why it is in this state.")]
[AdditionalPrinterColumn(".status.progress", "PROGRESS", "string", Description = "Finished steps of all steps.")]
[AdditionalPrinterColumn(
    ".status.conditions[?(@.type==\"Ready\")].status",
    "READY",
    "string",
    Description = "True once the state that the spec asks for is reached.")]
[AdditionalPrinterColumn(
    ".metadata.creationTimestamp", "AGE", "date",
    Description = "Time since the object was created.")]
[AdditionalPrinterColumn(
    ".status.target.description", "TARGET", "string", Priority = 1,
    Description = "What the run works on.")]
[AdditionalPrinterColumn(
    ".status.step", "STEP", "string", Priority = 1,
    Description = "Steps that run now, or the step that failed.")]
[AdditionalPrinterColumn(
    ".status.snapshotRef.name", "SNAPSHOT", "string", Priority = 1,
    Description = "BackupSnapshot of this upgrade.")]
[AdditionalPrinterColumn(
    ".status.message", "MESSAGE", "string", Priority = 1,
    Description = "What the operator is doing, or what is wrong.")]
[FrozenWhile(
    "has(oldSelf.status) && has(oldSelf.status.plans) && oldSelf.status.plans.size() > 0 "
    + "&& !(has(oldSelf.status.phase) && oldSelf.status.phase in ['Preflight', 'Planned', 'Succeeded', 'RolledBack'])",
    "is frozen while the stored plan has not ended. The change was refused and the old value still applies. Let the "
    + "run end first. For another target, delete this object and create a new one.")]
public abstract record UpgradeEntity<TSpec, TStatus> : CustomKubernetesEntity<TSpec, TStatus>
    where TSpec : RunSpec, new()
    where TStatus : RunStatus, new();
