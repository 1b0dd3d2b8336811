namespace Drydock.Crds.Common;

/// <summary>What every kind of upgrade has in common for <c>kubectl get</c> and for the API server. The columns of a
/// derived kind stand before those of the same priority.</summary>
[AdditionalPrinterColumn(
    ".status.fromVersion", "FROM", "string",
    Description = "Version before the upgrade.")]
[AdditionalPrinterColumn(".spec.toVersion", "TO", "string", Description = "Version after the upgrade.")]
[AdditionalPrinterColumn(
    ".status.system.state", "SYSTEM", "string",
    Description = "Whether users can work with the system; empty once the run has ended.")]
[AdditionalPrinterColumn(
    ".status.conditions[?(@.type==\"Ready\")].reason", "STATE", "string",
    Description = "What the run is at, or why it does not go on.")]
[AdditionalPrinterColumn(".status.progress", "PROGRESS", "string", Description = "Finished steps of all steps.")]
[AdditionalPrinterColumn(
    ".metadata.creationTimestamp", "AGE", "date",
    Description = "Time since the object was created.")]
[AdditionalPrinterColumn(
    ".status.system.since", "SINCE", "date", Priority = 1,
    Description = "For how long the system has been in this state.")]
[AdditionalPrinterColumn(
    ".status.downtime", "DOWNTIME", "string", Priority = 1,
    Description = "How long users could not work.")]
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
