using Drydock.Abstractions.Controllers;
using Drydock.Abstractions.Plans;
using Drydock.Abstractions.Values;
using Drydock.Clients.Kubernetes.Runtime;
using Drydock.Crds.OmsUpgrades;
using Drydock.Engine.Running;
using Drydock.Reconcilers.Common;
using Drydock.Reconcilers.OmsUpgrades.Planning;
using Drydock.Reconcilers.OmsUpgrades.Status;
using Drydock.Reconcilers.OmsUpgrades.Steps;
using Microsoft.Extensions.Logging;
using OmsUpgrade = Drydock.Crds.OmsUpgrades.OmsUpgrade;

namespace Drydock.Reconcilers.OmsUpgrades.Running;

/// <summary>Carries a stored plan on by one advance of the engine.</summary>
internal sealed class PlanFlow(OmsServices services, OmsStatusWriter status, IReconcileTrigger<OmsUpgrade> trigger)
{
    private readonly ILogger _outputLog = services.Loggers.CreateLogger<KeptOutputs>();

    /// <summary>Advances; returns the object as written and what it came to.</summary>
    /// <param name="upgrade">The upgrade as just read; it has a plan in the slot.</param>
    /// <param name="slot">Which of its plans.</param>
    /// <param name="session">What this process knows of it.</param>
    /// <param name="accessKey">What access depends on now.</param>
    /// <param name="startNothingBecause">Why nothing may be started; null lets it start.</param>
    /// <param name="adjust">What else has a say in the standing (deletion, an ignored change of spec); null for nothing.</param>
    /// <param name="cancellationToken">Ends the advance.</param>
    public async Task<(OmsUpgrade Upgrade, RunOutcome Outcome)> AdvanceAsync(
        OmsUpgrade upgrade, PlanSlot slot, OmsSession session, string accessKey, string? startNothingBecause, Func<Standing, Standing>? adjust, CancellationToken cancellationToken)
    {
        var now = services.Time.GetUtcNow();
        var targets = session.Targets!;
        var before = upgrade.Status!;
        var plan = before.Plan(slot)!;
        var seen = RunTokens.SeeApprovals(upgrade, before, [.. new[] { before.Plan, before.RollbackPlan, before.CleanupPlan }.OfType<Plan>().Select(p => p.Hash)], now);

        // While nothing may be started a token is kept for what comes after.
        var retries = startNothingBecause is null ? RunTokens.NewRetries(upgrade) : [];
        var failing = plan.Steps.Exists(s => s.State is StepState.Failed or StepState.Unknown);
        var controls = Controls(upgrade, slot, plan, seen, now) with
        {
            StartNothingBecause = startNothingBecause,
            Retry = retries.Count > 0 && failing,
        };
        var run = await session.RunAsync(slot, plan);
        controls = controls with { AccessChanged = failing && session.FailedWith is { } former && former != accessKey };
        var outputs = new KeptOutputs(targets, _outputLog);
        var outcome = await run.AdvanceAsync(plan, controls, Environment(upgrade, session), SaveAsync, cancellationToken);
        session.FailedWith = outcome.State is RunState.Failed or RunState.OutcomeUnknown ? accessKey : null;
        return (upgrade, outcome);

        async Task SaveAsync(Plan next, RunOutcome came, CancellationToken token)
        {
            next = await outputs.AttachAsync(next, token);
            var used = (controls.Retry, came.RetryUsed) switch
            {
                (true, false) => seen,
                (true, true) => RunTokens.TakeUp(seen, retries, now),
                _ => RunTokens.Use(seen, retries, now),
            };
            var composed = OmsStatusComposer.Compose(upgrade, used, slot, next, came, now, adjust);
            upgrade = await status.WriteAsync(upgrade, composed, token);
            targets.Refresh(upgrade);
        }
    }

    private static RunControls Controls(OmsUpgrade upgrade, PlanSlot slot, Plan plan, OmsUpgradeStatus seen, DateTimeOffset now)
    {
        var spec = upgrade.Spec;
        var holds = spec.HoldBefore.ToHashSet(StringComparer.Ordinal);
        var approved = RunTokens.Approved(seen, plan.Hash);
        var isApproved = spec.ApprovedPlanHash == plan.Hash;

        // A restore was put into the plan since.
        var isOther = slot == PlanSlot.Upgrade && plan.Step(RollbackIds.Restore) is not null && spec.ApprovedPlanHash is { Length: > 0 } && !isApproved;
        var otherPlan = isOther && holds.Add(OmsUpgradePhases.RestoreDatabases) ? OmsUpgradePhases.RestoreDatabases : null;

        if (isApproved && plan.Hold is { } hold)
        {
            approved.Add(hold);
        }

        return new RunControls
        {
            Paused = spec.Paused,
            HoldBefore = holds,
            OtherPlanApproved = otherPlan,
            Approved = approved,
            MaxParallelNodes = spec.MaxParallelNodes,
            PhaseOpensAt = slot == PlanSlot.Upgrade && spec.Window is { } window && !DoneWork.IsPastT1(plan)
                ? _ => WindowClock.OpensAt(window, now)
                : static _ => null,
            TimeoutOf = step => step.Action == OmsActions.AwaitManualHighAvailability
                ? AwaitManualHighAvailability.Patience
                : KubernetesDuration.Parse(spec.Timeouts.Of(step.Phase)),
        };
    }

    private RunEnvironment Environment(OmsUpgrade upgrade, OmsSession session)
    {
        var (space, name, targets) = (upgrade.Metadata.Namespace, upgrade.Metadata.Name, session.Targets!);
        return new RunEnvironment
        {
            OwnerUid = upgrade.Metadata.Uid!,
            Catalog = new OmsStepCatalog(targets),
            Fence = services.Fence,
            Time = services.Time,
            Wake = () => trigger.Wake(space, name),
            Redact = text => targets.Redactor.Redact(text),
        };
    }
}
