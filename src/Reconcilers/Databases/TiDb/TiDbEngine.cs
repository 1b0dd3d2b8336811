namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>TiDB, as deployed by tidb-ansible or an administrator.</summary>
internal sealed class TiDbEngine : IDatabaseEngine
{
    public IReadOnlyList<DatabaseEngine> Names { get; } = [DatabaseEngine.TiDB];

    public StepRegistry Steps { get; } = StepRegistry.Of<TiDbTargets>();

    public EngineSettings Settings { get; } = new(
        LoginField: "spec.tidb.credentialsSecretRef",
        Login: static spec => spec.Tidb?.CredentialsSecretRef,
        DefaultSwap: static _ => SwapMethod.ReplaceBinary,
        BackupStorage: static spec => spec.Tidb?.Backup?.Storage);

    public IEngineReport Report { get; } = new TiDbReport();

    public IEngineTargets Bind(EngineContext context) => new TiDbTargets(context);

    public IEngineUndo Undo(DatabaseRollingUpgradeSpec spec, PlanProgress plan) => new TiDbUndo(spec, plan);

    public bool IsDraining(DatabaseRollingUpgradeSpec spec, DatabaseRollingUpgradeStatus status) =>
        status.Plan is { } plan && new TiDbUndo(spec, plan).IsAnyRemovable;
}

internal sealed class TiDbReport : IEngineReport
{
    public DatabaseRollingUpgradeStatus Summarize(
        DatabaseRollingUpgradeSpec spec, DatabaseRollingUpgradeStatus status) => TiDbStatus.Compose(status, spec);

    public IReadOnlyList<ActionItem> LeftBehind(DatabaseRollingUpgradeSpec spec, DatabaseRollingUpgradeStatus status) =>
        status.Plan is { } plan ? new TiDbUndo(spec, plan).Advice : [];
}
