namespace Drydock.Reconcilers.Oms;

/// <summary>The last look at the names of projects: the last session has gone, so no project is added, and the
/// dump has not begun. Names that came after preflight would break the correction JAR in the downtime, and every
/// restore would bring them back.</summary>
/// <param name="Database">The database with the project tables.</param>
/// <param name="Rename">Whether projects that share a name get new ones here (the receipt has them); else they are a
/// failure, unless the spec asks for it by now.</param>
internal sealed record CheckProjectNames(string Database, bool Rename = false) : OmsStep
{
    private const int Listed = 5;

    // What a repeated step renamed before; an attempt begins without facts.
    private const string BeforeKey = "before";
    private const string RenamesKey = "renames";

    internal override string Verb => "names";
    internal override string Title(string? node) => Rename
        ? "Rename projects that came to share a name since the plan was made"
        : "Check that no two projects share a name";

    internal override void Undo(OmsRollback back, Step done) => Renaming(done)?.Undo(back, done);

    /// <summary>What a step of a plan renames, or renamed; null if nothing.</summary>
    public static RenameProjects? Renaming(Step step)
    {
        if (!step.Is<CheckProjectNames>())
        {
            return step.Is<RenameProjects>() ? step.As<RenameProjects>() : null;
        }

        var isKnown = step.Facts?.ContainsKey(BeforeKey) == true;
        List<ProjectRename> all =
            [.. Renames(step.Recorded(BeforeKey)), .. Renames(isKnown ? null : step.Recorded(RenamesKey))];
        return all.Count > 0 ? new RenameProjects(step.As<CheckProjectNames>().Database, all) : null;
    }

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (Bound(context) is { } renaming)
        {
            var seen = await renaming.ObserveAsync(context, cancellationToken);
            return seen is Done done ? done with { Facts = Entry(BeforeKey, Text(Renaming(context.Step)!)) } : seen;
        }

        var found = await FindAsync(cancellationToken);
        return found.Count == 0
            ? new Done("No two projects share a name.")
            : new NotStarted($"{Sentences.Count(found.Count, "name is", "names are")} used more than once.");
    }

    public override async Task<Receipt> PrepareAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (context.Step.Receipt is { Count: > 0 })
        {
            return Receipt(context);
        }

        var metadata = await Targets.MetadataAsync(cancellationToken);
        var found = await FindAsync(cancellationToken);
        var plan = await metadata.NewNamesAsync(Database, found, Spec.KeepProjectNames, cancellationToken);
        return plan.Findings is [{ } finding, ..]
            ? throw new StepActionException(finding.Reason, finding.Message, retryable: false)
            : Entries((BeforeKey, context.Recorded(context.Step.Id, BeforeKey) ?? "[]"), (RenamesKey, Fitting(plan)));
    }

    private string Fitting(ProjectRenamePlan plan)
    {
        var text = Text(new RenameProjects(Database, [.. plan.Renames]));
        return text.Length <= SchemaLimits.Opaque ? text : throw new StepActionException(
            Reasons.DuplicateProjectNames,
            $"OMS is stopped, and {plan.Renames.Count} projects came to share their names, more than are renamed here. "
            + $"To start the old containers again, abort ({Annotations.Abort}=<token>); then retry: more are renamed "
            + "before the downtime.",
            retryable: false);
    }

    private static string Text(RenameProjects renaming) => StepArguments.Write(renaming)[RenamesKey];

    private static List<ProjectRename> Renames(string? text) => text is not null
        ? StepArguments.Read<RenameProjects>(
            nameof(CheckProjectNames),
            new Dictionary<string, string>(StringComparer.Ordinal) { ["database"] = "", [RenamesKey] = text }).Renames
        : [];

    // It fails in the first look, so that nothing is prepared.
    private async Task<IReadOnlyList<DuplicateProjectName>> FindAsync(CancellationToken cancellationToken)
    {
        var metadata = await Targets.MetadataAsync(cancellationToken);
        var found = await metadata.DuplicateProjectsAsync(Database, cancellationToken);
        return found.Count == 0 || Rename || Spec.DuplicateProjectNames == DuplicateNamePolicy.Rename
            ? found
            : throw new StepActionException(
                Reasons.DuplicateProjectNames,
                "OMS is stopped, and nothing else was changed. Since preflight, projects came to share a name, and the "
                + $"correction JAR would fail: {Sentences.List([.. found.Select(d => d.Message)], Listed, " ")} To "
                + $"start the old containers again, abort ({Annotations.Abort}=<token>); rename them in the console, "
                + "then retry. Or set spec.preflight.duplicateProjectNames: Rename and retry: the operator renames all "
                + "but one of each name and continues.",
                retryable: false);
    }

    protected override Task ExecuteAsync(StepContext context, CancellationToken cancellationToken) =>
        ((IStepAction)Bound(context)!).ActAsync(context, cancellationToken);

    private PreflightSpec Spec => Targets.Upgrade.Spec.Preflight;

    private RenameProjects? Bound(StepContext context) => context.Receipt(RenamesKey) is { } text
        ? (RenameProjects)new RenameProjects(Database, Renames(text)).On(Targets)
        : null;
}
