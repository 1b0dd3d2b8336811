using Drydock.Abstractions.Plans;
using Drydock.Clients.Kubernetes.Runtime;
using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;
using Drydock.Engine.Planning;
using Drydock.Engine.Running;
using Drydock.Reconcilers.Common;
using Drydock.Reconcilers.OmsUpgrades.Access;
using Drydock.Reconcilers.OmsUpgrades.Discovery;
using Drydock.Reconcilers.OmsUpgrades.Planning;
using Drydock.Reconcilers.OmsUpgrades.Preflight;
using Drydock.Reconcilers.OmsUpgrades.Status;
using OmsUpgrade = Drydock.Crds.OmsUpgrades.OmsUpgrade;

namespace Drydock.Reconcilers.OmsUpgrades.Running;

/// <summary>
/// From a new object to a stored plan: preflight beside the reconcile, again and again until nothing is found, then the claim on the target, then the
/// plan. Nothing is changed on the target before the plan is in status.
/// </summary>
internal sealed class PreflightFlow(OmsServices services, OmsStatusWriter status, IEntityWriter<OmsUpgrade> writer, IReconcileTrigger<OmsUpgrade> trigger)
{
    private static readonly TimeSpan LookForTarget = TimeSpan.FromSeconds(5);
    private readonly Drydock.Engine.Running.Backoff _backoff = new(TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(1), Random.Shared);

    /// <summary>Carries preflight on; returns when to look again without an event.</summary>
    public async Task<(OmsUpgrade Upgrade, TimeSpan? After)> AdvanceAsync(OmsUpgrade upgrade, OmsSession session, string accessKey, CancellationToken cancellationToken)
    {
        if (await IsAbortedAsync(upgrade, cancellationToken) is { } aborted)
        {
            return (aborted, aborted.Status?.AbortedBy is null ? TimeSpan.FromMilliseconds(1) : null);
        }

        // Everything a person can turn: a change looks again at once, back-off is for what may mend by itself.
        var key = $"{upgrade.Metadata.Generation}|{accessKey}|{string.Join(';', RunTokens.NewRetries(upgrade))}";
        var now = services.Time.GetUtcNow();
        if (session.Preflight is null)
        {
            if (session.PreflightKey == key && session.PreflightNotBefore > now)
            {
                return (upgrade, session.PreflightNotBefore - now);
            }

            if (session.PreflightKey == key && session.BusyTarget is { } awaited && await services.Claims.FindHolderAsync(awaited, upgrade, cancellationToken) is { } still && !(still.IsGone && upgrade.Spec.AdoptTarget))
            {
                return await BusyAsync(upgrade, session, awaited, still, now, cancellationToken);
            }

            session.BusyTarget = null;
            session.PreflightFailures = session.PreflightKey == key ? session.PreflightFailures : 0;
            session.PreflightKey = key;
            upgrade = await StartedAsync(upgrade, now, cancellationToken);
            session.Preflight = RunAsync(session.Targets!, upgrade);
            return (upgrade, null);
        }

        if (!session.Preflight.IsCompleted)
        {
            return (upgrade, null);
        }

        var pass = session.Preflight;
        session.Preflight = null;
        if (session.PreflightKey != key)
        {
            // The spec or a Secret changed while it looked.
            session.PreflightNotBefore = now;
            return (upgrade, TimeSpan.FromMilliseconds(1));
        }

        var result = await pass;
        if (result.TargetIdentity is { } target && await services.Claims.FindHolderAsync(target, upgrade, cancellationToken) is { } holder && !(holder.IsGone && upgrade.Spec.AdoptTarget))
        {
            // What another upgrade has under way is not to be judged.
            return await BusyAsync(upgrade, session, target, holder, now, cancellationToken);
        }

        return result.Discovery is { } discovery
            ? await PlanAsync(upgrade, session, discovery, now, cancellationToken)
            : (await FoundAsync(upgrade, session, result.Findings, now, cancellationToken), session.PreflightNotBefore - now);
    }

    // Before a plan is stored nothing was changed, so there is nothing to undo and nothing that would have to finish.
    private async Task<OmsUpgrade?> IsAbortedAsync(OmsUpgrade upgrade, CancellationToken cancellationToken)
    {
        var now = services.Time.GetUtcNow();
        var before = upgrade.Status ?? new OmsUpgradeStatus();
        if (RunTokens.NewAbort(upgrade) is { } token)
        {
            var aborted = new Standing(StandingKind.Stalled, OmsUpgradePhases.Failed, Reasons.Aborted, $"aborted by {Annotations.Abort}={token} before anything was changed; a new spec.retry or {Annotations.Retry}=<token> begins again from preflight") { Failed = true };
            return await status.WriteAsync(upgrade, OmsStatusComposer.Compose(upgrade, RunTokens.Abort(upgrade, before, token, now) with { Findings = [] }, aborted, now), cancellationToken);
        }

        if (before.AbortedBy is null)
        {
            return null;
        }

        if (RunTokens.NewRetries(upgrade) is { Count: > 0 } retries)
        {
            return await status.WriteAsync(upgrade, StartOver.Compose(upgrade, RunTokens.TakeUp(before, retries, now), now), cancellationToken);
        }

        return upgrade;
    }

    private async Task<PreflightResult> RunAsync(OmsTargets targets, OmsUpgrade upgrade)
    {
        await Task.Yield();
        try
        {
            using var limit = new CancellationTokenSource(TimeLimit.Parse(upgrade.Spec.Timeouts.Preflight), services.Time);
            if (upgrade.Spec.Window is { } window && !WindowClock.IsKnown(window))
            {
                return new PreflightResult(null, [new Finding { Reason = Reasons.InvalidSpec, Field = "spec.window.timeZone", Message = $"spec.window.timeZone is '{window.TimeZone}', which is no time zone known here; expected is an IANA name such as Asia/Shanghai" }]);
            }

            return await new OmsPreflight(targets, services.BackupStorage, services.Time).RunAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            return Broken(Reasons.StepTimeout, $"preflight did not finish within {upgrade.Spec.Timeouts.Preflight} (spec.timeouts.preflight); a target answers too slowly");
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            return Broken(Reasons.InternalError, targets.Redactor.Redact($"preflight could not be carried out: {exception.Message}"));
        }
        finally
        {
            // Beside this task, so that whoever is woken finds it ended; on the scheduler of the caller, as the engine's jobs wake.
            _ = Task.Factory.StartNew(
                () => trigger.Wake(upgrade.Metadata.Namespace, upgrade.Metadata.Name), CancellationToken.None, TaskCreationOptions.DenyChildAttach, TaskScheduler.Current);
        }

        static PreflightResult Broken(string reason, string message) => new(null, [new Finding { Reason = reason, Message = message }]);
    }

    private async Task<OmsUpgrade> StartedAsync(OmsUpgrade upgrade, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // A stalled preflight looks again without flicker: what it found stays in status until the next pass knows better.
        if (upgrade.Status is { Findings.Count: > 0 } && upgrade.Status.ObservedGeneration == upgrade.Metadata.Generation)
        {
            return upgrade;
        }

        var standing = new Standing(StandingKind.Progressing, OmsUpgradePhases.Preflight, Reasons.Preflight, "looking at hosts, metadata database and image; nothing is changed");
        return await status.WriteAsync(upgrade, OmsStatusComposer.Compose(upgrade, upgrade.Status ?? new OmsUpgradeStatus(), standing, now), cancellationToken);
    }

    private async Task<OmsUpgrade> FoundAsync(OmsUpgrade upgrade, OmsSession session, IReadOnlyList<Finding> findings, DateTimeOffset now, CancellationToken cancellationToken)
    {
        session.PreflightFailures++;
        session.PreflightNotBefore = now + _backoff.Delay(session.PreflightFailures);
        var clean = findings.Select(f => f with { Message = session.Targets!.Redactor.Redact(f.Message) }).ToList();
        var reasons = clean.Select(f => f.Reason).Distinct(StringComparer.Ordinal).ToList();
        var standing = new Standing(
            StandingKind.Stalled,
            OmsUpgradePhases.Preflight,
            reasons.Count == 1 ? reasons[0] : Reasons.PreflightFailed,
            string.Join("; ", clean.Select(f => f.Message)) + ". Nothing was changed; this looks again by itself");
        var composed = OmsStatusComposer.Compose(upgrade, (upgrade.Status ?? new OmsUpgradeStatus()) with { Findings = clean }, standing, now);
        return await status.WriteAsync(upgrade, composed, cancellationToken);
    }

    private async Task<(OmsUpgrade Upgrade, TimeSpan? After)> PlanAsync(
        OmsUpgrade upgrade, OmsSession session, OmsDiscovery discovery, DateTimeOffset now, CancellationToken cancellationToken)
    {
        session.PreflightFailures = 0;
        var plan = new OmsUpgradePlanner(upgrade.Spec, discovery).Compile() with
        {
            CompiledAt = now,
            SpecHash = IdentityHash.Of(upgrade.Spec),
            AttemptsBefore = PlanSlots.AttemptsBefore(upgrade.Status),
        };
        var learned = OmsStatusComposer.Discovered(upgrade.Status ?? new OmsUpgradeStatus(), upgrade.Spec, discovery, now);
        if (upgrade.Spec.Mode == RunMode.Plan)
        {
            var ready = new Standing(StandingKind.PlanReady, OmsUpgradePhases.Planned, Reasons.PlanReady, $"plan {plan.Hash} with {plan.Steps.Count} steps is in status.plan; nothing was changed. Set mode: Apply, and approvedPlanHash if no other plan may run");
            return (await StoreAsync(upgrade, learned, plan, ready, now, cancellationToken), null);
        }

        if (upgrade.Spec.ApprovedPlanHash is { Length: > 0 } approved && approved != plan.Hash)
        {
            session.PreflightNotBefore = now + _backoff.Delay(6);
            return (await RefuseAsync(upgrade, learned, plan, approved, now, cancellationToken), session.PreflightNotBefore - now);
        }

        if (await RestoringAsync(upgrade, discovery, cancellationToken) is var (restored, restoring))
        {
            return await BusyAsync(upgrade, session, restored, restoring, now, cancellationToken);
        }

        var target = OmsStatusComposer.TargetIdentity(discovery);
        if (await services.Claims.ClaimAsync(target, upgrade, upgrade.Spec.AdoptTarget, cancellationToken) is { } holder)
        {
            return await BusyAsync(upgrade, session, target, holder, now, cancellationToken);
        }

        session.ClaimSeen = true;
        upgrade = await writer.AddFinalizerAsync(upgrade, Labels.UpgradeFinalizer, cancellationToken);
        var claimed = learned with
        {
            Target = learned.Target! with { Claim = TargetClaims.NameOf(target), ClaimNamespace = services.Claims.Namespace },
        };
        var running = new Standing(StandingKind.Progressing, plan.Steps[0].Phase, Reasons.Running, plan.Steps[0].Title) { Step = plan.Steps[0].Id };
        upgrade = await StoreAsync(upgrade, claimed, plan, running, now, cancellationToken);

        // Asked again: a restore that began meanwhile has its claim and looks for ours, so of the two at least one sees the other.
        if (await RestoringAsync(upgrade, discovery, cancellationToken) is var (taken, late))
        {
            await services.Claims.ReleaseAsync(TargetClaims.NameOf(target), upgrade.Metadata.Uid!, cancellationToken);
            session.ClaimSeen = false;
            return await BusyAsync(upgrade, session, taken, late, now, cancellationToken);
        }

        return (upgrade, TimeSpan.FromMilliseconds(1));
    }

    // A restore claims each database by itself; one of those beside the rm database may be under way.
    private async Task<(string Database, ClaimHolder Holder)?> RestoringAsync(OmsUpgrade upgrade, OmsDiscovery discovery, CancellationToken cancellationToken)
    {
        foreach (var database in discovery.Metadata.Databases)
        {
            var identity = TargetIdentity.Of(discovery.Metadata.ServerIdentity, database);
            if (await services.Claims.FindHolderAsync(identity, upgrade, cancellationToken) is { IsGone: false } holder)
            {
                return (identity, holder);
            }
        }

        return null;
    }

    private async Task<(OmsUpgrade Upgrade, TimeSpan? After)> BusyAsync(
        OmsUpgrade upgrade, OmsSession session, string target, ClaimHolder holder, DateTimeOffset now, CancellationToken cancellationToken)
    {
        session.PreflightFailures = 0;
        session.BusyTarget = target;
        session.PreflightNotBefore = now + LookForTarget;
        var busy = Busy.Standing(OmsUpgradePhases.Preflight, target, holder);
        var waiting = (upgrade.Status ?? new OmsUpgradeStatus()) with
        {
            Plan = null,
            Findings = [],
            Target = upgrade.Status?.Target is { } known ? known with { Claim = null, ClaimNamespace = null } : null,
        };
        return (await status.WriteAsync(upgrade, OmsStatusComposer.Compose(upgrade, waiting, busy, now), cancellationToken), LookForTarget);
    }

    private async Task<OmsUpgrade> StoreAsync(OmsUpgrade upgrade, OmsUpgradeStatus learned, Plan plan, Standing standing, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // Tokens and approvals that stand in the object already were not meant for a failure that has not happened.
        var stored = RunTokens.Use(learned with { Plan = plan, FinishedAt = null }, RunTokens.NewRetries(upgrade), now);
        return await status.WriteAsync(upgrade, OmsStatusComposer.Compose(upgrade, stored, standing, now), cancellationToken);
    }

    private async Task<OmsUpgrade> RefuseAsync(OmsUpgrade upgrade, OmsUpgradeStatus learned, Plan plan, string approved, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var differences = upgrade.Status?.Plan is { } stored && stored.Hash == approved
            ? "against the approved one: " + string.Join("; ", PlanDifference.Describe(stored, plan))
            : "the approved plan is not in status any more, so the difference cannot be shown";
        var standing = new Standing(
            StandingKind.Stalled,
            OmsUpgradePhases.Preflight,
            Reasons.PlanChanged,
            $"spec.approvedPlanHash is {approved}, but what compiles now is {plan.Hash}: {differences}. Nothing was changed; set mode: Plan to read the new plan, or approve its hash");
        return await status.WriteAsync(upgrade, OmsStatusComposer.Compose(upgrade, learned with { Plan = upgrade.Status?.Plan }, standing, now), cancellationToken);
    }
}
