namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>YugabyteDB and BMDB.</summary>
internal sealed class YugabyteEngine : IDatabaseEngine
{
    public IReadOnlyList<DatabaseEngine> Names { get; } = [DatabaseEngine.YugabyteDB, DatabaseEngine.BMDB];

    public StepRegistry Steps { get; } = StepRegistry.Of<YugabyteCluster>();

    public EngineSettings Settings { get; } = new(
        LoginField: "spec.yugabyte.sql.credentialsSecretRef",
        Login: static spec => spec.Yugabyte?.Sql.CredentialsSecretRef,
        DefaultSwap: static control =>
            control.Process is not null ? SwapMethod.NewDirectory : SwapMethod.SwitchLink,
        BackupStorage: static _ => null);

    public IEngineReport Report { get; } = new YugabyteReport();

    public IEngineTargets Bind(EngineContext context) => new YugabyteCluster(context);

    public ImpliedHold? Hold(DatabaseRollingUpgradeSpec spec, PlanProgress plan) =>
        YugabyteFinalize.Hold(spec, plan) is { } step
            ? new ImpliedHold(
                step, "the upgrade is made final only after your approval, spec.yugabyte.finalize: Manual")
            : null;

    public IEngineUndo Undo(DatabaseRollingUpgradeSpec spec, PlanProgress plan) => new Undoing(spec, plan);

    public bool IsDraining(DatabaseRollingUpgradeSpec spec, DatabaseRollingUpgradeStatus status) =>
        LeaderBlacklistIsClean.InHand(status.Plan, status.RollbackPlan).Any()
        || (status.Plan is { } plan && LeaderSpeed.InForce(plan) is not null);

    private sealed record Undoing(DatabaseRollingUpgradeSpec Spec, PlanProgress Plan) : IEngineUndo
    {
        public string? Refusal => YugabyteRollback.Obstacle(Spec, Plan);

        public Plan Rollback(IReadOnlyList<string> notes) => YugabyteRollback.Compile(Spec, Plan, notes);
    }
}

internal sealed class YugabyteReport : IEngineReport
{
    public DatabaseRollingUpgradeStatus Summarize(
        DatabaseRollingUpgradeSpec spec, DatabaseRollingUpgradeStatus status) =>
        YugabyteStatus.Compose(status, spec);

    public IReadOnlyList<ActionItem> LeftBehind(DatabaseRollingUpgradeSpec spec, DatabaseRollingUpgradeStatus status) =>
        YugabyteStatus.LeftBehind(spec, status);
}
