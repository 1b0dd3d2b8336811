namespace Drydock.Reconcilers.Upgrades;

/// <summary>The removal of the items that a rollback would need, after a success that was accepted. Pure. Kinds
/// implement <see cref="IRunCleanup{TSpec, TStatus}"/>.</summary>
internal interface IRunCleanup
{
    /// <summary>Continues "The upgrade is accepted: ": <c>the old files are being removed</c>.</summary>
    string Begins { get; }

    string Stops { get; }

    Plan? PlanOf(RunStatus status);

    RunStatus WithPlan(RunStatus status, Plan? plan);

    DateTimeOffset? DueAt(RunSpec spec, RunStatus status);

    DateTimeOffset? AnnouncedAt(RunStatus status);

    RunStatus Announce(RunStatus status, DateTimeOffset? at);

    Plan Compile(RunSpec spec, Plan done, int attemptsBefore);
}

/// <summary>The <see cref="IRunCleanup"/> of one kind, with its own types.</summary>
/// <typeparam name="TSpec">Its spec.</typeparam>
/// <typeparam name="TStatus">Its status.</typeparam>
internal interface IRunCleanup<in TSpec, TStatus> : IRunCleanup
    where TSpec : RunSpec
    where TStatus : RunStatus
{
    Plan? PlanOf(TStatus status);

    TStatus WithPlan(TStatus status, Plan? plan);

    DateTimeOffset? DueAt(TSpec spec, TStatus status);

    DateTimeOffset? AnnouncedAt(TStatus status);

    TStatus Announce(TStatus status, DateTimeOffset? at);

    Plan Compile(TSpec spec, Plan done, int attemptsBefore);

    Plan? IRunCleanup.PlanOf(RunStatus status) => PlanOf((TStatus)status);

    RunStatus IRunCleanup.WithPlan(RunStatus status, Plan? plan) => WithPlan((TStatus)status, plan);

    DateTimeOffset? IRunCleanup.DueAt(RunSpec spec, RunStatus status) => DueAt((TSpec)spec, (TStatus)status);

    DateTimeOffset? IRunCleanup.AnnouncedAt(RunStatus status) => AnnouncedAt((TStatus)status);

    RunStatus IRunCleanup.Announce(RunStatus status, DateTimeOffset? at) => Announce((TStatus)status, at);

    Plan IRunCleanup.Compile(RunSpec spec, Plan done, int attemptsBefore) =>
        Compile((TSpec)spec, done, attemptsBefore);
}
