using System.Globalization;
using Drydock.Abstractions.Plans;
using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;
using Drydock.Engine.Running;
using Drydock.Reconcilers.Common;
using Drydock.Reconcilers.OmsUpgrades.Planning;
using Drydock.Reconcilers.OmsUpgrades.Running;
using Drydock.Reconcilers.OmsUpgrades.Steps;
using OmsUpgrade = Drydock.Crds.OmsUpgrades.OmsUpgrade;

namespace Drydock.Reconcilers.OmsUpgrades.Status;

/// <summary>Reads from the plan that runs and what an advance of it came to where the upgrade stands. Pure.</summary>
internal static class OmsStandings
{
    /// <summary>The standing.</summary>
    public static Standing Read(OmsUpgrade upgrade, OmsUpgradeStatus status, PlanSlot slot, Plan plan, RunOutcome outcome)
    {
        var back = slot == PlanSlot.Rollback;
        var phase = slot switch
        {
            PlanSlot.Rollback => OmsUpgradePhases.RollingBack,
            PlanSlot.Cleanup => OmsUpgradePhases.Succeeded,
            _ => plan.Step(outcome.StepId ?? "")?.Phase ?? plan.Steps.Find(s => s.State != StepState.Succeeded)?.Phase ?? OmsUpgradePhases.Settle,
        };
        var running = string.Join(", ", plan.Steps.Where(s => s.State == StepState.Running).Select(s => s.Id));
        var manual = outcome.State == RunState.Working
            && plan.Steps.Exists(s => s.State == StepState.Running && s.Action == OmsActions.AwaitManualHighAvailability);
        var at = new Standing(StandingKind.Progressing, phase, outcome.Reason, outcome.Message) { Step = outcome.StepId };
        return outcome.State switch
        {
            RunState.Succeeded => back ? WentBack(upgrade, status) : Succeeded(status),
            RunState.Working => at with { Reason = manual ? Reasons.AwaitingManualChange : back ? Reasons.RollingBack : Reasons.Running, Step = running, Held = manual },
            RunState.Held => at with { Reason = Reasons.Held, Held = true },
            RunState.OutsideWindow => at with { Reason = Reasons.OutsideWindow },
            RunState.Paused => at with { Reason = Reasons.Paused },
            RunState.Stopped when status.AbortedBy is not null => Aborted(upgrade, at, plan, outcome),
            RunState.Stopped => at with { Reason = back ? Reasons.RollingBack : Reasons.Undoing },
            RunState.Failed => at with
            {
                Kind = StandingKind.Stalled,
                Phase = slot == PlanSlot.Cleanup ? OmsUpgradePhases.Succeeded : OmsUpgradePhases.Failed,
                Reason = back ? Reasons.RollbackFailed : outcome.Reason,
                Message = Failure(plan, outcome, back),
                Failed = slot != PlanSlot.Cleanup,
            },
            _ => at with { Kind = StandingKind.Stalled, Message = WayOut(plan, outcome) },
        };
    }

    /// <summary>The way back of a succeeded upgrade was asked for and aborted before it was compiled.</summary>
    public static Standing Halted(string token) => new(
        StandingKind.Stalled,
        OmsUpgradePhases.Failed,
        Reasons.Aborted,
        $"aborted by {Annotations.Abort}={token} before the way back began: nothing was taken back, the new version runs. The way back begins with a new spec.retry or {Annotations.Retry}=<token>; spec.desiredState: Upgraded leaves it")
    { Failed = true };

    private static Standing Succeeded(OmsUpgradeStatus status) => new(
        StandingKind.Succeeded,
        OmsUpgradePhases.Succeeded,
        status.ActionRequired.Count > 0 ? Reasons.SucceededWithActions : Reasons.Succeeded,
        $"all {Number(status.Plan!.Steps.Count)} steps succeeded"
        + (status.Times?.Downtime is { } downtime ? $", downtime {downtime}" : "")
        + (status.CleanupPlan is { } cleanup && DoneWork.Done(cleanup) ? "; the old containers are removed" : "")
        + (status.ActionRequired.Count > 0 ? $"; {Number(status.ActionRequired.Count)} entries in status.actionRequired are for a person" : ""));

    // By the spec as it is now: what was asked for is reached, or the upgrade failed and its former state came back by itself.
    private static Standing WentBack(OmsUpgrade upgrade, OmsUpgradeStatus status)
    {
        var plan = status.RollbackPlan!;
        var (phase, done) = (OmsUpgradePhases.RolledBack, plan.Steps.Count == 0 ? "nothing was changed, so nothing was taken back" : $"the former version runs again; {Number(plan.Steps.Count)} steps took the upgrade back");
        var actions = status.ActionRequired.Count > 0 ? $"; {Number(status.ActionRequired.Count)} entries in status.actionRequired are for a person" : "";
        if (upgrade.Spec.DesiredState == DesiredState.RolledBack)
        {
            return new Standing(StandingKind.RolledBack, phase, Reasons.RolledBack, $"{done}{actions}. Another try is desiredState: Upgraded with a new retry token") { Back = true };
        }

        if (status.AbortedBy is { } token)
        {
            return new Standing(StandingKind.Stalled, OmsUpgradePhases.Failed, Reasons.Aborted, $"aborted by {Annotations.Abort}={token} before an old container was stopped; what was changed is undone. A new spec.retry or {Annotations.Retry}=<token> begins again from preflight") { Failed = true };
        }

        var failed = status.Plan?.Steps.Find(s => s.State is StepState.Failed or StepState.Unknown);
        return failed is null
            ? new Standing(StandingKind.Stalled, phase, Reasons.RolledBack, $"{done}{actions}. desiredState: Upgraded is not what runs: a new retry token begins another attempt from preflight") { Back = true, Failed = true }
            : new Standing(StandingKind.Stalled, phase, Reasons.RolledBackAfterFailure, $"{failed.Id} failed ({failed.Message}); {done}{actions}. It stays so until a new spec.retry or {Annotations.Retry}=<token> begins another attempt from preflight") { Back = true, Failed = true, Step = failed.Id };
    }

    private static Standing Aborted(OmsUpgrade upgrade, Standing at, Plan plan, RunOutcome outcome)
    {
        var failed = plan.Steps.Find(s => s.State is StepState.Failed or StepState.Unknown) is { } step ? $" {step.Id} had failed: {step.Message}." : "";
        return at with
        {
            Kind = StandingKind.Stalled,
            Phase = OmsUpgradePhases.Failed,
            Reason = Reasons.Aborted,
            Message = $"{outcome.Message}.{failed} " + (upgrade.Spec.DesiredState == DesiredState.RolledBack
                ? $"The way back goes on with a new spec.retry or {Annotations.Retry}=<token>"
                : $"It goes on with a new spec.retry or {Annotations.Retry}=<token>, and back with spec.desiredState: RolledBack"),
            Failed = true,
        };
    }

    private static string Failure(Plan plan, RunOutcome outcome, bool back)
    {
        var step = plan.Step(outcome.StepId ?? "");
        var output = step?.OutputRef is { } secret ? $" The end of its output is in Secret {secret}." : "";
        var refused = outcome.RetryRefused is { } why ? $" The retry was not carried out: {why}." : "";
        var what = back ? $"the way back stopped ({outcome.Reason}): {outcome.Message}" : outcome.Message;
        var kept = back ? "Everything is kept and nothing more is started" : "Nothing more is started";
        var wayOut = RedoPlanner.Lost(plan) is null
            ? $"after the repair set a new spec.retry or annotate {Annotations.Retry}=<token>{(back ? ", and the way back goes on from there" : "")}"
            : Redo;
        return $"{what}.{output}{refused} {kept}; {wayOut}".Replace("..", ".", StringComparison.Ordinal);
    }

    private static string WayOut(Plan plan, RunOutcome outcome)
    {
        var way = outcome.State != RunState.OutcomeUnknown ? null
            : RedoPlanner.Lost(plan) is not null ? Redo
            : plan.Step(outcome.StepId ?? "")?.State == StepState.Unknown ? LookAgain
            : null;
        return way is null ? outcome.Message : $"{outcome.Message}. Nothing more is started; {way}".Replace("..", ".", StringComparison.Ordinal);
    }

    private const string LookAgain = "it is looked at again by itself and goes on once it can be read; a new retry token looks at once";

    private static string Redo =>
        $"it runs again only on restored data: a new spec.retry or {Annotations.Retry}=<token> stops the new containers, restores the snapshot and goes on from StartNew; spec.desiredState: RolledBack goes back";

    private static string Number(int count) => count.ToString(CultureInfo.InvariantCulture);
}
