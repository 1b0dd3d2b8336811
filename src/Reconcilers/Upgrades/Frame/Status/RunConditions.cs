using Drydock.Abstractions.Entities;
using Drydock.Abstractions.Plans;
using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>The conditions of a run: those of kstatus, and one for each milestone of its kind. Pure.</summary>
/// <typeparam name="TEntity">The kind.</typeparam>
/// <typeparam name="TSpec">What its users write.</typeparam>
/// <typeparam name="TStatus">What it reports.</typeparam>
/// <param name="kind">What makes the kind.</param>
internal sealed class RunConditions<TEntity, TSpec, TStatus>(RunKind<TEntity, TSpec, TStatus> kind)
    where TEntity : CustomKubernetesEntity<TSpec, TStatus>, new()
    where TSpec : RunSpec, new()
    where TStatus : RunStatus, new()
{
    public List<Condition> Build(TSpec spec, TStatus status, Standing standing, DateTimeOffset now, long? generation)
    {
        var set = new ConditionSet(status.Conditions, now, generation);
        SetGeneral(set, status, standing);
        var milestones = kind.Report.Milestones(spec);
        if (status.Plan is { } plan)
        {
            foreach (var milestone in milestones.There)
            {
                Set(set, plan, milestone);
            }

            kind.Report.AddConditions(set, spec, status);
        }

        if (status.RollbackPlan is { } back)
        {
            foreach (var milestone in milestones.Back)
            {
                Set(set, back, milestone);
            }

            foreach (var (type, phase) in milestones.UndoneBy.Where(u => back.Steps.Exists(s => s.Phase == u.Phase && DoneWork.Begun(s))))
            {
                set.Set(type, status: false, Reasons.RollingBack, $"taken back by {phase}");
            }
        }

        return set.Conditions;
    }

    private static void SetGeneral(ConditionSet set, TStatus status, Standing standing)
    {
        var ready = standing.Kind is StandingKind.PlanReady or StandingKind.Succeeded or StandingKind.RolledBack;
        var stands = standing.Kind == StandingKind.Succeeded || status.UpgradeStands();
        set.Set(ConditionTypes.Ready, ready, standing.Reason, standing.Message);
        set.Set(ConditionTypes.Reconciling, standing.Kind == StandingKind.Progressing, standing.Reason, standing.Message);
        set.Set(ConditionTypes.Stalled, standing.Kind == StandingKind.Stalled, standing.Reason, standing.Kind == StandingKind.Stalled ? standing.Message : "");
        set.Set(ConditionTypes.Planned, status.Plan is not null, status.Plan is null ? Reasons.NotYet : Reasons.PlanReady, status.Plan?.Hash ?? "no plan is stored yet");
        set.Set(ConditionTypes.Held, standing.Held, standing.Held ? standing.Reason : Reasons.NotHeld, standing.Held ? standing.Message : "");
        set.Set(ConditionTypes.Succeeded, stands, standing.Kind == StandingKind.Succeeded ? standing.Reason : stands ? Reasons.Succeeded : standing.Back ? Reasons.RolledBack : Reasons.NotYet, standing.Kind == StandingKind.Succeeded ? standing.Message : "");
        set.Set(ConditionTypes.Failed, standing.Failed, standing.Failed ? standing.Reason : Reasons.NotFailed, standing.Failed ? standing.Message : "");
        set.Set(ConditionTypes.RolledBack, standing.Back, standing.Back ? standing.Reason : status.RollbackPlan is null ? Reasons.NotYet : Reasons.RollingBack, standing.Back ? standing.Message : "");
        set.Set(ConditionTypes.PreflightPassed, status.Plan is not null && status.Findings.Count == 0, status.Plan is not null ? Reasons.Done : Reasons.NotYet, "");
    }

    private static void Set(ConditionSet set, Plan plan, Milestone milestone)
    {
        if (milestone.Missed?.Invoke(plan) is var (why, what))
        {
            set.Set(milestone.Condition, status: false, why, what);
            return;
        }

        var steps = plan.Steps.Where(s => s.Phase == milestone.Phase).ToList();
        var done = steps.Count(s => s.State == StepState.Succeeded);
        var (reason, message) = steps.Count == 0
            ? (Reasons.NotNeeded, "the plan has no such phase")
            : done == steps.Count ? (Reasons.Done, "") : (Reasons.NotYet, $"{done} of {steps.Count} steps");
        set.Set(milestone.Condition, steps.Count > 0 && done == steps.Count, reason, message);
    }
}
