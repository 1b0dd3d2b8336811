using Drydock.Clients.Kubernetes.Runtime;
using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;
using Drydock.Engine.Running;
using Drydock.Reconcilers.Common;
using Drydock.Reconcilers.OmsUpgrades.Planning;
using Drydock.Reconcilers.OmsUpgrades.Status;
using OmsUpgrade = Drydock.Crds.OmsUpgrades.OmsUpgrade;

namespace Drydock.Reconcilers.OmsUpgrades.Running;

/// <summary>
/// The ends: what is held is let go, and nothing is written or connected to any more (design §3.10). And what leads out of them: the way back of a
/// succeeded upgrade, its cleanup, another attempt after the way back.
/// </summary>
internal sealed class EndFlow(OmsServices services, OmsStatusWriter status, IEntityWriter<OmsUpgrade> writer)
{
    private static readonly TimeSpan LookForTarget = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Ended, and nothing asked since: no read, no write, no connection to any target. Judged by the object alone.
    /// </summary>
    public static bool IsInert(OmsUpgrade upgrade) =>
        IsAtRest(upgrade)
        && RunTokens.NewAbort(upgrade) is null
        && !(upgrade.Status!.Phase == OmsUpgradePhases.RolledBack && WayBack.StartsAgain(upgrade));

    /// <summary>Ended, and the spec that stands was seen: an abort token that comes now finds nothing to stop.</summary>
    public static bool IsAtRest(OmsUpgrade upgrade) =>
        upgrade.Metadata.DeletionTimestamp is null
        && upgrade.Status?.Phase is OmsUpgradePhases.Succeeded or OmsUpgradePhases.RolledBack
        && upgrade.Status.ObservedGeneration == upgrade.Metadata.Generation
        && upgrade.Status.Target?.Claim is null
        && upgrade.Metadata.Finalizers?.Contains(Labels.UpgradeFinalizer) != true;

    /// <summary>How long an inert object stays so by itself; null for ever. Only a cleanup ends it.</summary>
    public static TimeSpan? InertFor(OmsUpgrade upgrade, DateTimeOffset now) =>
        upgrade.Status is { Phase: OmsUpgradePhases.Succeeded, CleanupAt: { } due, CleanupPlan: null } ? (due > now ? due - now : TimeSpan.Zero) : null;

    /// <summary>The upgrade stands: lets go, or takes hold again for the way back or the cleanup. True when there is something to run.</summary>
    public async Task<(OmsUpgrade Upgrade, bool Runs, TimeSpan? After)> SucceededAsync(OmsUpgrade upgrade, CancellationToken cancellationToken)
    {
        var now = services.Time.GetUtcNow();
        var before = upgrade.Status!;
        var wantsBack = upgrade.Spec.DesiredState == DesiredState.RolledBack;
        if (wantsBack && WayBack.IsOnlyShown(upgrade))
        {
            return (upgrade, true, null);
        }

        var cleanup = before.CleanupPlan is { } plan ? !DoneWork.Done(plan) : CleanupClock.DueAt(upgrade.Spec, before) <= now;
        if (!wantsBack && !cleanup)
        {
            return (await LetGoAsync(upgrade, Ended(upgrade, now), cancellationToken), false, null);
        }

        var (held, standing) = Prepared(upgrade, wantsBack, now);
        if (before.Target?.Claim is not null)
        {
            return ReferenceEquals(held, before)
                ? (upgrade, true, null)
                : (await status.WriteAsync(upgrade, OmsStatusComposer.Compose(upgrade, held, standing, now), cancellationToken), true, TimeSpan.FromMilliseconds(1));
        }

        if (await services.Claims.ClaimAsync(before.Target!.Identity!, upgrade, upgrade.Spec.AdoptTarget, cancellationToken) is { } holder)
        {
            var busy = Busy.Standing(wantsBack ? OmsUpgradePhases.RollingBack : OmsUpgradePhases.Succeeded, before.Target.Identity!, holder);
            return (await status.WriteAsync(upgrade, OmsStatusComposer.Compose(upgrade, before, busy, now), cancellationToken), false, LookForTarget);
        }

        upgrade = await writer.AddFinalizerAsync(upgrade, Labels.UpgradeFinalizer, cancellationToken);
        held = held with { Target = before.Target with { Claim = TargetClaims.NameOf(before.Target.Identity!), ClaimNamespace = services.Claims.Namespace } };
        return (await status.WriteAsync(upgrade, OmsStatusComposer.Compose(upgrade, held, standing, now), cancellationToken), true, TimeSpan.FromMilliseconds(1));
    }

    private static (OmsUpgradeStatus Held, Standing Standing) Prepared(OmsUpgrade upgrade, bool wantsBack, DateTimeOffset now)
    {
        var before = upgrade.Status!;
        if (wantsBack)
        {
            return (before, new Standing(StandingKind.Progressing, OmsUpgradePhases.RollingBack, Reasons.RollingBack, "spec.desiredState is RolledBack: looking whether there is a way back"));
        }

        var cleanup = CleanupPlanner.Compile(upgrade.Spec, before.Plan!, PlanSlots.AttemptsBefore(before)) with { CompiledAt = now, SpecHash = before.Plan!.SpecHash };
        return (
            before.CleanupPlan is null ? before with { CleanupPlan = cleanup, RollbackPlan = null } : before,
            new Standing(StandingKind.Progressing, OmsUpgradePhases.Succeeded, Reasons.Running, "the upgrade is accepted: the old containers are removed"));
    }

    /// <summary>The former version runs again: lets go, or begins again from preflight.</summary>
    public async Task<TimeSpan?> RolledBackAsync(OmsUpgrade upgrade, CancellationToken cancellationToken)
    {
        var now = services.Time.GetUtcNow();
        if (WayBack.StartsAgain(upgrade))
        {
            var again = RunTokens.TakeUp(upgrade.Status!, RunTokens.NewRetries(upgrade), now);
            await status.WriteAsync(upgrade, StartOver.Compose(upgrade, again, now), cancellationToken);
            return TimeSpan.FromMilliseconds(1);
        }

        var over = OmsStatusComposer.Compose(upgrade, upgrade.Status!, PlanSlot.Rollback, upgrade.Status!.RollbackPlan!, new RunOutcome(RunState.Succeeded, null, EngineReasons.Succeeded, ""), now);
        await LetGoAsync(upgrade, over, cancellationToken);
        return null;
    }

    /// <summary>desiredState is RolledBack before anything was changed: there is nothing to take back.</summary>
    public async Task NothingAsync(OmsUpgrade upgrade, CancellationToken cancellationToken)
    {
        var now = services.Time.GetUtcNow();
        var plan = RollbackPlanner.Compile(new RollbackBasis(upgrade.Spec, new Abstractions.Plans.Plan(), PlanSlots.AttemptsBefore(upgrade.Status))) with { CompiledAt = now };
        var before = RunTokens.Use(RunTokens.Resume(upgrade.Status ?? new OmsUpgradeStatus()) with { RollbackPlan = plan, Findings = [] }, RunTokens.NewRetries(upgrade), now);
        await LetGoAsync(upgrade, OmsStatusComposer.Compose(upgrade, before, PlanSlot.Rollback, plan, new RunOutcome(RunState.Succeeded, null, EngineReasons.Succeeded, ""), now), cancellationToken);
    }

    // Level-based: a crash in between comes here again.
    private async Task<OmsUpgrade> LetGoAsync(OmsUpgrade upgrade, OmsUpgradeStatus over, CancellationToken cancellationToken)
    {
        if (over.Target is { Claim: { } claim } target)
        {
            await services.Claims.ReleaseAsync(claim, upgrade.Metadata.Uid!, cancellationToken);
            over = over with { Target = target with { Claim = null, ClaimNamespace = null } };
        }

        upgrade = await status.WriteAsync(upgrade, over, cancellationToken);
        return await writer.RemoveFinalizerAsync(upgrade, Labels.UpgradeFinalizer, cancellationToken) ?? upgrade;
    }

    private static OmsUpgradeStatus Ended(OmsUpgrade upgrade, DateTimeOffset now)
    {
        var before = RunTokens.Resume(upgrade.Status!) with { RollbackPlan = null };
        var over = OmsStatusComposer.Compose(upgrade, before, PlanSlot.Upgrade, before.Plan!, new RunOutcome(RunState.Succeeded, null, EngineReasons.Succeeded, ""), now);
        return over with { CleanupAt = CleanupClock.DueAt(upgrade.Spec, over) };
    }
}
