using Drydock.Abstractions.Plans;
using Drydock.Clients.Kubernetes.CoreTypes;
using Drydock.Clients.Kubernetes.Runtime;
using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;
using Drydock.Engine.Running;
using Drydock.Reconcilers.Common;
using Drydock.Reconcilers.OmsUpgrades.Planning;
using Drydock.Reconcilers.OmsUpgrades.Status;
using Microsoft.Extensions.Logging;
using OmsUpgrade = Drydock.Crds.OmsUpgrades.OmsUpgrade;

namespace Drydock.Reconcilers.OmsUpgrades.Running;

/// <summary>
/// Deletion (design §3.11): before T1 what was changed is undone and the object goes; from T1 on it stays and the plan goes on to its end; the annotation
/// <c>drydock.dev/on-delete: Abandon</c>, or a namespace that goes away, lets go after the running step and says what was left where.
/// </summary>
internal sealed partial class DeletionFlow(OmsServices services, PlanFlow plans, OmsStatusWriter status, IEntityWriter<OmsUpgrade> writer)
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(2);
    private readonly ILogger _logger = services.Loggers.CreateLogger<DeletionFlow>();

    /// <summary>Carries the deletion on; true when the object has been let go.</summary>
    public async Task<(bool Gone, TimeSpan? After)> AdvanceAsync(OmsUpgrade upgrade, OmsSession session, string accessKey, CancellationToken cancellationToken)
    {
        var plan = upgrade.Status?.Plan;
        if (plan is null || OmsUpgradePhases.IsEnded(upgrade.Status?.Phase))
        {
            return await LetGoAsync(upgrade, cancellationToken);
        }

        if (await IsAbandonedAsync(upgrade, cancellationToken))
        {
            return await AbandonAsync(upgrade, session, accessKey, cancellationToken);
        }

        return UndoPlanner.IsPastT1(plan)
            ? await WaitAsync(upgrade, session, accessKey, cancellationToken)
            : await UndoAsync(upgrade, session, accessKey, plan, cancellationToken);
    }

    private static bool IsUndo(Plan plan) => plan.Steps.TrueForAll(s => s.Phase == UndoPlanner.Phase);

    private async Task<bool> IsAbandonedAsync(OmsUpgrade upgrade, CancellationToken cancellationToken)
    {
        if (upgrade.Metadata.Annotations?.GetValueOrDefault(Annotations.OnDelete) == Annotations.Abandon)
        {
            return true;
        }

        var space = await services.Kubernetes.GetAsync<V1Namespace>(upgrade.Metadata.Namespace!, cancellationToken: cancellationToken);
        return space is null || space.Metadata.DeletionTimestamp is not null;
    }

    private async Task<(bool Gone, TimeSpan? After)> AbandonAsync(OmsUpgrade upgrade, OmsSession session, string accessKey, CancellationToken cancellationToken)
    {
        const string Because = "let go by drydock.dev/on-delete: Abandon, or because the namespace goes away";
        var (written, _) = await plans.AdvanceAsync(upgrade, session, accessKey, Because, null, cancellationToken);
        if (session.Run.IsBusy)
        {
            return (false, LookAgain);
        }

        var left = Left(written.Status!.Plan!);
        services.Events.Warning(written, Reasons.Abandoned, left);
        Abandoned(_logger, written.Metadata.Namespace, written.Metadata.Name, left);
        return await LetGoAsync(written, cancellationToken);
    }

    private static string Left(Plan plan)
    {
        var done = plan.Steps.Where(s => s.State == StepState.Succeeded).Select(s => s.Id).ToList();
        var open = plan.Steps.Where(s => s.State is not (StepState.Succeeded or StepState.Pending)).Select(s => $"{s.Id} ({s.State})").ToList();
        return $"abandoned: {done.Count} of {plan.Steps.Count} steps were done, the last {(done.Count > 0 ? done[^1] : "none")}; open: {(open.Count > 0 ? string.Join(", ", open) : "none")}. "
            + "Containers, ha.config and dumps are as these steps left them; the runbook goes on by hand from here";
    }

    private async Task<(bool Gone, TimeSpan? After)> WaitAsync(OmsUpgrade upgrade, OmsSession session, string accessKey, CancellationToken cancellationToken)
    {
        var (written, outcome) = await plans.AdvanceAsync(upgrade, session, accessKey, null, Waiting, cancellationToken);
        return outcome.State == RunState.Succeeded ? await LetGoAsync(written, cancellationToken) : (false, outcome.LookAgainAfter);

        static Standing Waiting(Standing standing) => standing.Kind == StandingKind.Succeeded
            ? standing
            : standing with
            {
                Reason = standing.Kind == StandingKind.Stalled ? standing.Reason : Reasons.DeletionWaits,
                Message = $"deletion waits: the old containers were stopped, so the plan goes on to its end first; the annotation {Annotations.OnDelete}: {Annotations.Abandon} lets go at once and leaves things as they are. {standing.Message}",
            };
    }

    private async Task<(bool Gone, TimeSpan? After)> UndoAsync(OmsUpgrade upgrade, OmsSession session, string accessKey, Plan plan, CancellationToken cancellationToken)
    {
        if (!IsUndo(plan))
        {
            // What runs finishes first, so that what is undone is what was done.
            var (stopped, _) = await plans.AdvanceAsync(upgrade, session, accessKey, "deletion was asked for: what was changed is being undone", null, cancellationToken);
            if (session.Run.IsBusy)
            {
                return (false, LookAgain);
            }

            var undo = UndoPlanner.Compile(stopped.Status!.Plan!);
            if (undo.Steps.Count == 0)
            {
                return await LetGoAsync(stopped, cancellationToken);
            }

            var standing = new Standing(StandingKind.Progressing, UndoPlanner.Phase, Reasons.Undoing, "deletion was asked for: what was changed is being undone");
            await status.WriteAsync(stopped, OmsStatusComposer.Compose(stopped, stopped.Status with { Plan = undo }, standing, services.Time.GetUtcNow()), cancellationToken);
            return (false, TimeSpan.FromMilliseconds(1));
        }

        var (written, outcome) = await plans.AdvanceAsync(upgrade, session, accessKey, null, Undoing, cancellationToken);
        return outcome.State == RunState.Succeeded ? await LetGoAsync(written, cancellationToken) : (false, outcome.LookAgainAfter);

        static Standing Undoing(Standing standing) => standing with
        {
            Kind = standing.Kind == StandingKind.Stalled ? StandingKind.Stalled : StandingKind.Progressing,
            Phase = standing.Kind == StandingKind.Stalled ? standing.Phase : UndoPlanner.Phase,
            Reason = standing.Kind == StandingKind.Stalled ? standing.Reason : Reasons.Undoing,
            Message = $"{standing.Message}. The annotation {Annotations.OnDelete}: {Annotations.Abandon} lets go at once",
        };
    }

    private async Task<(bool Gone, TimeSpan? After)> LetGoAsync(OmsUpgrade upgrade, CancellationToken cancellationToken)
    {
        if (upgrade.Status?.Target?.Claim is { } claim)
        {
            await services.Claims.ReleaseAsync(claim, upgrade.Metadata.Uid!, cancellationToken);
        }

        await writer.RemoveFinalizerAsync(upgrade, Labels.UpgradeFinalizer, cancellationToken);
        return (true, null);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "OmsUpgrade {Namespace}/{Name} {Left}")]
    private static partial void Abandoned(ILogger logger, string? @namespace, string name, string left);
}
