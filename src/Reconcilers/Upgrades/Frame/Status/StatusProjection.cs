using System.Globalization;
using Drydock.Abstractions.Entities;
using Drydock.Abstractions.Plans;
using Drydock.Crds.Common;
using Drydock.Engine.Running;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>Writes down where a run stands. Pure: the same plan and outcome give the same status.</summary>
/// <typeparam name="TEntity">The kind.</typeparam>
/// <typeparam name="TSpec">What its users write.</typeparam>
/// <typeparam name="TStatus">What it reports.</typeparam>
/// <param name="kind">What makes the kind.</param>
internal sealed class StatusProjection<TEntity, TSpec, TStatus>(RunKind<TEntity, TSpec, TStatus> kind)
    where TEntity : CustomKubernetesEntity<TSpec, TStatus>, new()
    where TSpec : RunSpec, new()
    where TStatus : RunStatus, new()
{
    private static readonly RunOutcome Done = new(RunState.Succeeded, null, EngineReasons.Succeeded, "");
    private readonly ConditionBuilder<TEntity, TSpec, TStatus> _conditions = new(kind);
    private readonly SummaryReader<TEntity, TSpec, TStatus> _summaries = new(kind);

    /// <summary>Status for a summary outside the plans (preflight, waiting for the target).</summary>
    public TStatus Compose(TEntity entity, TStatus status, RunStatusSummary summary, DateTimeOffset now)
    {
        var over = summary.Kind is RunOutcomeKind.Succeeded or RunOutcomeKind.PlanReady or RunOutcomeKind.RolledBack || summary.Back || status.IsUpgraded();
        status = status with
        {
            ObservedGeneration = entity.Metadata.Generation,
            Phase = summary.Phase,
            Step = summary.Step,
            Message = SchemaLimits.Clip(summary.Message),
            StartedAt = status.StartedAt ?? now,
            FinishedAt = over ? status.FinishedAt ?? now : null,
            Progress = kind.Plans.Of(status, kind.Plans.Active(status)) is { } plan ? Progress(plan) : null,
        };
        return status with { Conditions = _conditions.Build(entity.Spec, status, summary, now, entity.Metadata.Generation) };
    }

    /// <summary>Status for a plan under way.</summary>
    /// <param name="entity">The object.</param>
    /// <param name="status">Its status before.</param>
    /// <param name="slot">Which of its plans.</param>
    /// <param name="plan">The plan as it is now.</param>
    /// <param name="outcome">What the advance came to.</param>
    /// <param name="now">The time.</param>
    /// <param name="adjust">What else has a say in the summary (deletion, an ignored change of spec); null for
    /// nothing.</param>
    public TStatus Compose(
        TEntity entity,
        TStatus status,
        PlanSlot slot,
        Plan plan,
        RunOutcome outcome,
        DateTimeOffset now,
        Func<RunStatusSummary, RunStatusSummary>? adjust = null)
    {
        status = kind.Plans.With(status, slot, plan) with { Findings = [] };
        status = kind.Report.Summarize(entity.Spec, status, slot, outcome.State == RunState.Succeeded);
        var summary = _summaries.Read(entity, status, slot, plan, outcome);
        return Compose(entity, status, adjust is null ? summary : adjust(summary), now);
    }

    /// <summary>Status for a plan that has come to its end.</summary>
    public TStatus Over(TEntity entity, TStatus status, PlanSlot slot, Plan plan, DateTimeOffset now, Func<RunStatusSummary, RunStatusSummary>? adjust = null) =>
        Compose(entity, status, slot, plan, Done, now, adjust);

    private static string Progress(Plan plan) =>
        string.Create(CultureInfo.InvariantCulture, $"{plan.Steps.Count(s => s.State == StepState.Succeeded)}/{plan.Steps.Count}");
}
