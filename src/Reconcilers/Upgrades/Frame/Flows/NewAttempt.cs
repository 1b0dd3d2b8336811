using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>
/// The status of an object that begins again from preflight: what it did was taken back, so nothing of its plans counts
/// any more. Pure.
/// </summary>
internal static class NewAttempt
{
    /// <summary>Composes it from the status in which tokens and attempts are accounted for.</summary>
    public static TStatus Compose<TEntity, TSpec, TStatus>(
        RunFrame<TEntity, TSpec, TStatus> frame, TEntity entity, TStatus status, DateTimeOffset now)
        where TEntity : CustomKubernetesEntity<TSpec, TStatus>, new()
        where TSpec : RunSpec, new()
        where TStatus : RunStatus, new() => frame.Projection.Compose(
        entity,
        frame.Kind.Report.Forget(status) with
        {
            Plan = null,
            RollbackPlan = null,
            AbortedBy = null,
            AbortedRollback = null,
            ActionRequired = [],
            Findings = [],
            StartedAt = now,
            FinishedAt = null,
        },
        new RunStatusSummary(RunOutcomeKind.Progressing, RunPhases.Preflight, Reasons.Preflight, $"begins again from preflight: attempt {(status.Attempts.LastOrDefault()?.Number ?? 0) + 1}"),
        now);
}
