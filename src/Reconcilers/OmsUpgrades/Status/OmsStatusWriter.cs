using Drydock.Abstractions.Plans;
using Drydock.Clients.Kubernetes.Events;
using Drydock.Clients.Kubernetes.Runtime;
using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;
using OmsUpgrade = Drydock.Crds.OmsUpgrades.OmsUpgrade;

namespace Drydock.Reconcilers.OmsUpgrades.Status;

/// <summary>Writes status only when it changed, and tells each change as an event.</summary>
internal sealed class OmsStatusWriter(IEntityWriter<OmsUpgrade> writer, IEventRecorder events)
{
    /// <summary>Writes the status if it differs; returns the object as it is then.</summary>
    public async Task<OmsUpgrade> WriteAsync(OmsUpgrade upgrade, OmsUpgradeStatus status, CancellationToken cancellationToken)
    {
        if (StatusComparison.AreAlike(status, upgrade.Status))
        {
            return upgrade;
        }

        var written = await writer.UpdateStatusAsync(upgrade with { Status = status }, cancellationToken);
        Tell(upgrade, written);
        return written;
    }

    private void Tell(OmsUpgrade before, OmsUpgrade after)
    {
        Tell(after, before.Status?.Plan, after.Status?.Plan);
        Tell(after, before.Status?.RollbackPlan, after.Status?.RollbackPlan);
        Tell(after, before.Status?.CleanupPlan, after.Status?.CleanupPlan);
        foreach (var ignored in (after.Status?.Approvals ?? []).Where(a => !a.Accepted).Except(before.Status?.Approvals ?? []))
        {
            events.Warning(after, Reasons.ApprovalIgnored, $"the approval '{ignored.Name}@{ignored.PlanHash}' is for no stored plan (present: {(after.Status?.RollbackPlan ?? after.Status?.Plan)?.Hash}) and is ignored; read the plan and approve its first 8 hex digits");
        }

        foreach (var ignored in (after.Status?.UsedTokens ?? []).Where(t => t.Kind == TokenKind.Abort && t.Token != after.Status!.AbortedBy).Except(before.Status?.UsedTokens ?? []))
        {
            events.Warning(after, Reasons.AbortIgnored, $"{Annotations.Abort}={ignored.Token} came when nothing ran and is ignored, also for what runs later; to stop that, give another token then");
        }

        var (old, now) = (Stalled(before), Stalled(after));
        if (now is not null && now.Value.Reason != old?.Reason)
        {
            events.Warning(after, now.Value.Reason, now.Value.Message);
        }

        if (Held(after) is { } hold && Held(before)?.Message != hold.Message)
        {
            events.Normal(after, hold.Reason, hold.Message);
        }

        if (after.Status?.Phase == OmsUpgradePhases.RolledBack && before.Status?.Phase != OmsUpgradePhases.RolledBack && now is null)
        {
            events.Normal(after, Reasons.RolledBack, after.Status.Message ?? "");
        }

        if (after.Status?.Phase == OmsUpgradePhases.Succeeded && before.Status?.Phase != OmsUpgradePhases.Succeeded)
        {
            events.Normal(after, Reasons.Succeeded, after.Status.Message ?? "");
        }
    }

    private void Tell(OmsUpgrade upgrade, Plan? before, Plan? after)
    {
        if (after is { Hash.Length: > 15 } && before?.Hash != after.Hash)
        {
            events.Normal(upgrade, Reasons.PlanReady, $"plan {after.Hash[..15]} with {after.Steps.Count} steps");
        }

        var known = (before?.Steps ?? []).ToDictionary(s => s.Id, StringComparer.Ordinal);
        foreach (var step in after?.Steps ?? [])
        {
            if (known.TryGetValue(step.Id, out var was))
            {
                Tell(upgrade, was, step);
            }
        }
    }

    private void Tell(OmsUpgrade upgrade, PlanStep was, PlanStep step)
    {
        if (step.State == StepState.Running && (was.State != StepState.Running || was.Attempt != step.Attempt))
        {
            events.Normal(upgrade, Reasons.StepStarted, $"{step.Id}: {step.Title}");
        }
        else if (step.State == StepState.Succeeded && was.State != StepState.Succeeded)
        {
            events.Normal(upgrade, Reasons.StepSucceeded, step.Message is null ? step.Id : $"{step.Id}: {step.Message}");
        }
        else if (step.State == StepState.Pending && step.Reason is not null && (was.State == StepState.Running || step.Tries != was.Tries))
        {
            events.Warning(upgrade, Reasons.StepRetried, $"{step.Id}: {step.Message}");
        }
    }

    private static (string Reason, string Message)? Stalled(OmsUpgrade upgrade) => True(upgrade, ConditionTypes.Stalled);

    private static (string Reason, string Message)? Held(OmsUpgrade upgrade) => True(upgrade, ConditionTypes.Held);

    private static (string Reason, string Message)? True(OmsUpgrade upgrade, string type) =>
        upgrade.Status?.Conditions.Find(c => c.Type == type && c.Status == "True") is { } condition ? (condition.Reason, condition.Message) : null;
}
