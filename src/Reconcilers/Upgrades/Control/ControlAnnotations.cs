namespace Drydock.Reconcilers.Upgrades;

/// <summary>The annotations that do the same as control fields of the spec, for objects whose spec a GitOps tool
/// restores: <c>drydock.dev/pause</c>, <c>drydock.dev/hold</c> and <c>drydock.dev/rollback</c>. Pure.</summary>
internal static partial class ControlAnnotations
{
    public static bool IsPaused(V1ObjectMeta metadata, bool specPaused) => specPaused || Pause(metadata) == true;

    public static string HowToResume(V1ObjectMeta metadata, bool specPaused) => Pause(metadata) != true
        ? "Set spec.paused: false to continue."
        : specPaused
            ? $"Set spec.paused: false and remove the annotation {Annotations.Pause} to continue."
            : $"Remove the annotation {Annotations.Pause} to continue.";

    public static IReadOnlyList<string> Holds(V1ObjectMeta metadata) =>
        [.. RunTokens.List(metadata, Annotations.Hold).Where(IsHold)];

    public static RunSpec Apply(V1ObjectMeta metadata, RunSpec spec, RunStatus? status)
    {
        var holds = Holds(metadata);
        var added = holds.Except(spec.Holds, StringComparer.Ordinal).ToList();
        var pauses = !spec.Paused && Pause(metadata) == true;
        var rollsBack = spec.DesiredState == DesiredState.Upgraded && status?.RolledBackBy is not null;
        return added.Count == 0 && !pauses && !rollsBack ? spec : spec with
        {
            HoldBefore = [.. spec.Holds, .. added],
            Paused = spec.Paused || pauses,
            DesiredState = rollsBack ? DesiredState.RolledBack : spec.DesiredState,
        };
    }

    public static RunStatus? SeeRollback(RunObject entity, RunStatus status, DateTimeOffset now)
    {
        if (RetryTokens.NewRollback(entity.Metadata, status.UsedTokens) is { } token)
        {
            return status with
            {
                RolledBackBy = token,
                UsedTokens = RetryTokens.Use(status.UsedTokens, [token], now, TokenKind.Rollback),
            };
        }

        var isCancelled = status.RolledBackBy is { } asked
            && RetryTokens.GivenRollback(entity.Metadata) != asked
            && !HasBegun(status);
        return isCancelled ? status with { RolledBackBy = null } : null;
    }

    public static string? Problems(RunKind kind, RunObject entity, RunStatus status)
    {
        var plans = status.Plans;
        var idle = plans.Count > 0
            ? Holds(entity.Metadata).Where(name => !plans.Exists(plan => Has(plan, name))).ToList()
            : [];
        var text = Sentences.Join(
            PauseProblem(entity.Metadata),
            HoldProblem(entity.Metadata),
            idle.Count == 0 || status.IsUpgraded() || status.IsRolledBack()
                ? null
                : $"{Sentences.List([.. idle.Select(Quoted)], 3)} in the annotation {Annotations.Hold}: no stored plan "
                    + "has such a phase or step, so it holds nothing now. Correct it, unless it is a phase of a "
                    + "rollback.");
        return text.Length > 0 ? text : null;
    }

    public static string? PauseProblem(V1ObjectMeta metadata) =>
        Text(metadata, Annotations.Pause) is { Length: > 0 } text && Pause(metadata) is null
            ? $"The annotation {Annotations.Pause} has the value {Quoted(text)}, so it does not pause. "
                + "Set it to \"true\", or remove it."
            : null;

    private static string? HoldProblem(V1ObjectMeta metadata)
    {
        var wrong = RunTokens.List(metadata, Annotations.Hold).Where(name => !IsHold(name)).ToList();
        return wrong.Count == 0
            ? null
            : $"{Sentences.List([.. wrong.Select(Quoted)], 3)} in the annotation {Annotations.Hold}: expected a "
                + "phase, a step id, FirstChange or PointOfNoReturn, separated by commas. Correct it.";
    }

    private static bool HasBegun(RunStatus status) => status.RollbackPlan is { HasBegunOrIsDone: true };

    private static bool Has(PlanProgress plan, string hold) =>
        plan.Hold == hold || HoldMatcher.IsIn(hold, plan.Plan.Steps);

    // Null: absent, or a value that means nothing.
    private static bool? Pause(V1ObjectMeta metadata) =>
        bool.TryParse(Text(metadata, Annotations.Pause), out var value) ? value : null;

    private static string Text(V1ObjectMeta metadata, string annotation) =>
        metadata.Annotation(annotation)?.Trim() ?? "";

    private static string Quoted(string text) => $"'{SchemaLimits.Clip(text, 64)}'";

    private static bool IsHold(string name) => name.Length <= SchemaLimits.Name && HoldName().IsMatch(name);

    [GeneratedRegex(
        Patterns.HoldName,
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex HoldName();
}
