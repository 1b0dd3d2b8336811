namespace Drydock.Reconcilers.Upgrades;

/// <summary>The words of an object (<see cref="Word"/>): its approvals, acceptances and retries. Which are new, why one
/// has no effect, what is recorded of them, and what ends them all. Every word that was seen is recorded and never
/// counts later. Pure.</summary>
internal static class RunWords
{
    /// <summary>Why a word has no effect whose mark was there before it was recorded.</summary>
    public const string Spent =
        "Its mark beside the data says that it was used before, by an object or an operator that is gone, or the "
        + "status is outdated. Check what runs there first.";

    // As many as a status stores: of more, each reconcile would take the first ones for new ones again.
    public static IEnumerable<GivenWord> Given(RunObject entity) =>
        Approvals(entity.Metadata, entity.Spec.Approvals)
            .Concat(Of(
                RetryTokens.New(entity.Metadata, []),
                user: word => ApprovalClaims.UserOf(entity.Metadata, ApprovalClaims.Retry(word)),
                kind: WordKind.Retry))
            .DistinctBy(given => given.Key, StringComparer.Ordinal);

    public static IEnumerable<GivenWord> Approvals(V1ObjectMeta metadata, IEnumerable<string> spec) =>
        Of(
            RunTokens.List(metadata, Annotations.Approve), user: word => ApprovalClaims.UserOf(metadata, word))
            .Concat(Of(spec, AcceptedBy.Spec));

    /// <summary>Those that are not recorded.</summary>
    public static IEnumerable<GivenWord> New(RunObject entity, WordKind? kind = null)
    {
        var known = Recorded(entity.Status).Select(r => r.Key).ToHashSet(StringComparer.Ordinal);
        return Given(entity).Where(g => (kind is null || g.Kind == kind) && !known.Contains(g.Key));
    }

    /// <summary>New ones that left their mark (<see cref="WordGate"/>): only these may have an effect.</summary>
    public static IEnumerable<GivenWord> Admitted(RunObject entity, WordKind kind) =>
        New(entity, kind).Where(g => entity.Marks.IsMade(g) == true);

    /// <summary>Why a word has no effect now; null if it is for what is here.</summary>
    public static string? Refusal(RunKind kind, RunObject entity, GivenWord given)
    {
        var (status, retried) = (entity.Status!, entity.Status!.Retried());
        var concerned = given.Kind == WordKind.Approval
            ? status.Plans.FirstOrDefault(p => given.Word?.IsFor(p) == true)
            : status.ActivePlan();
        if (entity.Spec.DesiredState == DesiredState.RolledBack
            && concerned is { Plan.Kind: not PlanKind.Rollback }
            && given.Word?.IsFor(concerned) == true
            && !RollbackDecision.IsHalted(entity.Spec, status))
        {
            return "It is for the upgrade, and a rollback is wanted; cancel that first.";
        }

        return (given.Kind, given.Word) switch
        {
            (WordKind.Acceptance, _) => Acceptances.Refusal(kind.Steps(entity.Spec), given, retried),
            (WordKind.Approval, { } word) => concerned is null ? IsOther(retried)
                : Refusal(kind, word.What, concerned),
            (WordKind.Approval, _) => "An approval has the form WHAT@HASH.N as status.holds has it, or STEP@HASH.N.F "
                + "as status.active has it.",
            (_, { Failure: null } word) when word.What == Word.Retry || word.What == kind.Redo?.Phase =>
                word.IsFor(retried) ? null : IsOther(retried),
            _ => $"A retry has the form {Word.For(Word.Retry, retried)}, as status.retryWord has it.",
        };
    }

    private static string? Refusal(RunKind kind, string what, PlanProgress plan) =>
        Names(kind, plan) is var names && names.Contains(what) ? null
        : $"The plan has no hold, phase or step {what}."
            + (NearestWords.Of(what, names) is { Count: > 0 } near
                ? NearestWords.Question(near)
                : " status.holds has the words that the run waits for.");

    // What an approval of a plan may name, also ahead: the plan itself, what holdBefore may name, and what follows it.
    private static HashSet<string> Names(RunKind kind, PlanProgress plan)
    {
        var names = plan.Plan.Steps.SelectMany(HoldMatcher.Names).ToHashSet(StringComparer.Ordinal);
        names.UnionWith([HoldMatcher.Plan, plan.Hold ?? HoldMatcher.Plan]);
        if (plan.Plan.Kind is PlanKind.Upgrade or PlanKind.Redo)
        {
            names.UnionWith([HoldMatcher.FirstChange, kind.Cleanup?.Word ?? HoldMatcher.FirstChange]);
        }

        return names;
    }

    public static string IsOther(PlanProgress plan) =>
        "It is for another plan, or was ended by an abort, a retry or a rollback. "
        + (plan.Id.Length == 0
            ? "No plan is stored now."
            : $"Now the plan is {Word.Prefix(plan.Hash)}, number {plan.Number}; status.nextAction has its word.");

    /// <param name="why">Why it has no effect; null for an approval that counts from now on.</param>
    public static RunStatus Record(RunStatus status, GivenWord given, string? why, DateTimeOffset now) =>
        given.Kind == WordKind.Retry
            ? status with
            {
                UsedTokens =
                [
                    .. status.UsedTokens,
                    new UsedToken { Token = given.Text, At = now.ToSeconds(), Message = why },
                ],
            }
            : status with { Approvals = [.. status.Approvals, Used(given, now) with { Ignored = why }] };

    public static UsedApproval Used(GivenWord given, DateTimeOffset now) =>
        new() { Word = given.Text, By = given.User, At = now.ToSeconds(), From = given.By };

    /// <summary>The last word without effect that the object still has, as a sentence; null if there is none.</summary>
    public static string? LastIgnored(RunObject entity, RunStatus status)
    {
        var given = Given(entity).Select(g => g.Key).ToHashSet(StringComparer.Ordinal);
        return Recorded(status).Where(r => r.Ignored is not null && given.Contains(r.Key)).MaxBy(r => r.At) is { } last
            ? $"The {$"{last.Kind}".ToLowerInvariant()} '{last.Text}' was ignored. {last.Ignored}"
            : null;
    }

    /// <summary>Whether a status ends the words that the one before it had: by an abort, a retry or a
    /// rollback.</summary>
    public static bool End(RunStatus before, RunStatus status) =>
        (before.RollbackPlan is null) != (status.RollbackPlan is null)
        || before.RolledBackBy != status.RolledBackBy
        || status.UsedTokens.Except(before.UsedTokens).Any(t => t.Message is null);

    /// <summary>Whether a word was recorded without effect whose text may be asked for later, and could not be given
    /// again. Not an approval that names nothing of the plan.</summary>
    public static bool AreSpent(RunKind kind, RunStatus before, RunStatus status, List<PlanProgress> plans)
    {
        var known = Recorded(before).Select(r => r.Key).ToHashSet(StringComparer.Ordinal);
        return Recorded(status).Any(r => r.Ignored is not null && !known.Contains(r.Key)
            && Word.Parse(r.Text) is { } word
            && plans.Exists(plan => word.IsSpeltAsFor(plan)
                && (r.Kind != WordKind.Approval || Names(kind, plan).Contains(word.What))));
    }

    /// <summary>Numbers that recorded words name: a plan that gets one of them could not be given the same word
    /// again.</summary>
    public static HashSet<int> Numbers(RunStatus status) =>
        [.. Recorded(status).Select(r => Word.Parse(r.Text)?.Number ?? 0)];

    private static IEnumerable<GivenWord> Of(
        IEnumerable<string> texts,
        AcceptedBy by = AcceptedBy.Annotation,
        Func<string, string?>? user = null,
        WordKind? kind = null) =>
        texts.Take(SchemaLimits.History)
            .Select(text => text.Trim())
            .Where(text => text.Length > 0)
            .Select(text => new GivenWord(
                kind ?? GivenWord.KindOf(text),
                SchemaLimits.Clip(text, SchemaLimits.Reference),
                by,
                user?.Invoke(text)));

    private static IEnumerable<RecordedWord> Recorded(RunStatus? status) => status is null ? [] :
        status.Approvals.Select(a => new RecordedWord(GivenWord.KindOf(a.Word), a.Word, a.Ignored, a.At))
            .Concat(status.UsedTokens.Where(t => t.Kind == TokenKind.Retry)
                .Select(t => new RecordedWord(WordKind.Retry, t.Token, t.Message, t.At)));

    private sealed record RecordedWord(WordKind Kind, string Text, string? Ignored, DateTimeOffset? At)
    {
        public string Key => GivenWord.KeyOf(Kind, Text);
    }
}

/// <summary>A word as an object has it.</summary>
/// <param name="User">Who says to have given it.</param>
internal sealed record GivenWord(WordKind Kind, string Text, AcceptedBy By, string? User = null)
{
    public Word? Word { get; } = Word.Parse(Text);

    /// <summary>What tells it from others, however its hash is spelt, and what its mark is named: one text may be an
    /// approval and a retry.</summary>
    public string Key => KeyOf(Kind, Text);

    /// <summary>A word with the number of a failure accepts that failure.</summary>
    public static WordKind KindOf(string text) =>
        Word.Parse(text)?.Failure is null ? WordKind.Approval : WordKind.Acceptance;

    public static string KeyOf(WordKind kind, string text) =>
        $"{kind}-{Word.Parse(text)?.Name ?? text}";
}

internal enum WordKind
{
    Approval,

    Acceptance,

    Retry,
}
