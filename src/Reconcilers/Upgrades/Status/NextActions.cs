namespace Drydock.Reconcilers.Upgrades;

/// <summary>What a user can do in the present state, with the exact command: status.nextAction. Pure; contains no time,
/// so that it changes only with the state.</summary>
internal sealed class NextActions(RunKind kind, RunObject entity, RunStatus status)
{
    private const string Automatic = "Nothing: the run continues automatically.";
    private readonly KubectlCommands _kubectl = new(kind.Names.Resource, entity.Metadata);

    private bool IsRollback => status.RollbackPlan is not null;

    private static string TakeOver =>
        $"Check the target, then take it over with the annotation {Annotations.Adopt} that status.message has.";

    private string RetryCommand => RetryWith(Word.For(Word.Retry, status.Retried()));

    private string RetryFailure => status.RetryCost is null
        ? $"Repair the cause, then retry: {RetryCommand}."
        : "Drop the databases, restore the snapshot and repeat from there: "
            + $"{RetryWith(Word.For(kind.Redo!.Phase, status.Plan!))}.";

    public string For(RunOutcome summary) =>
        entity.Metadata.DeletionTimestamp is not null && summary.State != RunState.Succeeded ? Deleted(summary)
        : summary switch
        {
            { Progresses: true } => Progressing(summary),
            { IsStalled: true } => Stalled(summary),
            _ => Ended(),
        };

    private string Progressing(RunOutcome summary) => summary.Reason switch
    {
        Reasons.PlanReady => $"Read the plan, then approve it: "
            + $"{_kubectl.Annotate(Annotations.Approve, summary.Approval!)}.",
        _ when summary.Approval is { } approval => Sentences.Join(
            $"Approve: {_kubectl.Annotate(Annotations.Approve, approval)}.", OrRollBack()),
        _ when summary.Held => "Do what status.message asks for. The run then continues automatically.",
        Reasons.Paused => $"Continue: {string.Join(" and ", Resume())}.",
        Reasons.OutsideWindow => "Nothing: the run continues when the window opens. "
            + $"To continue now: {_kubectl.Patch("""{"spec":{"window":null}}""")}.",
        Reasons.TargetBusy => "Nothing: the run continues when the other object has finished.",
        Reasons.Preflight => "Nothing: preflight changes nothing.",
        Reasons.SecretMissing or Reasons.SnapshotMissing =>
            "Create what status.message names, if nothing else creates it. The run then continues automatically.",
        _ => $"{Automatic} To stop it after the running steps: "
            + $"{_kubectl.Annotate(Annotations.Abort, NewAbort())}.",
    };

    private string Stalled(RunOutcome summary) => summary.Reason switch
    {
        Reasons.HolderGone => TakeOver,
        Reasons.StatusUnreadable => "Do what status.message says. Until then approvals, retries and a rollback wait.",
        Reasons.SpecChangeIgnored =>
            "Restore the old value of the identity field. For another upgrade or target, create a new object.",
        Reasons.TooLate => $"Set a later spec.notAfter, or delete the object: {_kubectl.Delete}.",
        Reasons.RollbackUnavailable when entity.Spec.DesiredState == DesiredState.RolledBack =>
            $"Repair what status.message names, or cancel the rollback: {Cancel}.",
        Reasons.TargetClaimLost => "Delete the object that status.message names, or release this one: "
            + $"{_kubectl.Annotate(Annotations.OnDelete, Annotations.Abandon)}, then {_kubectl.Delete}.",
        Reasons.Aborted => Sentences.Join($"Continue: {RetryCommand}.", OrRollBack()),
        Reasons.RolledBackAfterFailure or Reasons.RolledBack => $"Start again from preflight: {RetryCommand}.",
        Reasons.DuplicateProjectNames when summary.State == RunState.Failed => status.RetryCost is null
            ? "Undo what was done, so that the former version runs: "
                + $"{_kubectl.Annotate(Annotations.Abort, NewAbort())}."
            : $"Roll back: {RollBackCommand}.",
        _ when status.Findings.Count > 0 => "Correct what status.findings lists; preflight is repeated automatically.",
        _ when summary.State == RunState.Failed => Failed(),
        _ when status.ActiveKind() == PlanKind.Cleanup => RetryFailure,
        Reasons.OutcomeUnknown => "Nothing: the target is read again automatically. "
            + $"To read it now: {RetryCommand}.",
        _ => Sentences.Join(
            status.RetryCost is null ? null : RetryFailure,
            status.ActivePlan() is { } plan && plan.Guards.Exists(g => g.Record.Open is { Key: not null })
                ? AcceptanceTexts.HowTo(kind, entity, plan)
                : status.RetryCost is null ? "Do what status.message says. The run then continues automatically."
                : null,
            OrRollBack()),
    };

    private string Failed()
    {
        var plan = status.ActivePlan();
        return Sentences.Join(
            RetryFailure,
            plan is null ? null : AcceptanceTexts.HowTo(kind, entity, plan),
            OrRollBack());
    }

    private string Ended()
    {
        var actions = status.ActionRequired.Count > 0 ? "Do what status.actionRequired lists." : null;
        if (!IsRollback)
        {
            return Sentences.Join(actions ?? "Nothing.", CleanUp());
        }

        var upgraded = RunMessages.IsAnnotated(entity)
            ? ""
            : $"{_kubectl.Patch("""{"spec":{"desiredState":"Upgraded"}}""")}, then ";
        return Sentences.Join(actions, $"To try the upgrade again: {upgraded}{RetryCommand}.");
    }

    private string? CleanUp() =>
        kind.Cleanup is { } cleanup && status.ActionRequired.Exists(a => a.Reason == cleanup.Word)
            ? $"Remove what a rollback would need: "
                + $"{_kubectl.Annotate(Annotations.Approve, Word.For(cleanup.Word, status.Plan!))}."
            : null;

    private string Deleted(RunOutcome summary)
    {
        var abandon = "To release the object now and leave the targets as they are: "
            + $"{_kubectl.Annotate(Annotations.OnDelete, Annotations.Abandon)}.";
        return summary switch
        {
            { Approval: { } approval } => $"Approve: {_kubectl.Annotate(Annotations.Approve, approval)}. {abandon}",
            { Reason: Reasons.TargetClaimLost } => abandon,
            { Reason: Reasons.HolderGone } => $"{TakeOver} {abandon}",
            { IsStalled: true } => $"{RetryFailure} {abandon}",
            _ => $"Nothing: the object is removed when the run has finished. {abandon}",
        };
    }

    private string Cancel => RunMessages.IsAnnotated(entity)
        ? _kubectl.RemoveAnnotation(Annotations.Rollback)
        : _kubectl.Patch("""{"spec":{"desiredState":"Upgraded"}}""");

    private IEnumerable<string> Resume() => new[]
    {
        entity.Written.Paused ? _kubectl.Patch("""{"spec":{"paused":false}}""") : null,
        ControlAnnotations.IsPaused(entity.Metadata, specPaused: false)
            ? _kubectl.RemoveAnnotation(Annotations.Pause)
            : null,
    }.OfType<string>();

    private string? OrRollBack() =>
        IsRollback || status.Plan is not { } plan || kind.Rollback.Refusal(entity.Spec, plan) is not null
            ? null
            : $"Or roll back: {RollBackCommand}.";

    private string RollBackCommand => _kubectl.Patch("""{"spec":{"desiredState":"RolledBack"}}""");

    private string RetryWith(string token) => _kubectl.Annotate(Annotations.Retry, token);

    // The first number that was not used.
    private string NewAbort()
    {
        var used = RetryTokens.Known(entity, status, TokenKind.Abort);
        return Enumerable.Range(1, used.Count + 1)
            .Select(n => $"{n}")
            .First(n => !used.Contains(n));
    }
}

/// <summary>Commands about one object, ready to paste, in backquotes.</summary>
internal sealed class KubectlCommands(string resource, V1ObjectMeta metadata)
{
    public string Delete => Command("delete", "");

    public string Patch(string json) => Command("patch", $"--type merge -p '{json}'");

    public string Annotate(string key, string value) =>
        Command("annotate", $"{Quoted($"{key}={value}")} --overwrite");

    public string RemoveAnnotation(string key) => Command("annotate", $"{key}-");

    private string Command(string verb, string arguments) =>
        $"`{$"kubectl -n {metadata.Namespace} {verb} {resource} {metadata.Name} {arguments}".TrimEnd()}`";

    // Names of steps contain names of nodes.
    private static string Quoted(string text) =>
        text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/' or '@' or '=' or ':')
            ? text
            : $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}

/// <summary>Texts about failures that can be accepted, or were.</summary>
internal static class AcceptanceTexts
{
    public static string Source(AcceptedBy by) => by switch
    {
        AcceptedBy.Annotation => $"the annotation {Annotations.Approve} accepts it",
        AcceptedBy.Spec => "spec.approvals accepts it",
        _ => "the plan only lists a failure of this step",
    };

    public static string? HowTo(RunKind kind, RunObject entity, PlanProgress plan) =>
        Acceptances.Next(plan) is { } tokens
            ? "If you have checked that the result is right nevertheless, approve it: "
                + $"{new KubectlCommands(kind.Names.Resource, entity.Metadata).Annotate(Annotations.Approve, tokens)}."
            : null;
}
