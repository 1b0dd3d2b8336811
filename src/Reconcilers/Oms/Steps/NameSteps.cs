namespace Drydock.Reconcilers.Oms;

/// <summary>The base of renaming projects and of undoing it. The rows themselves tell what was done: all have their
/// target name (done), all have their former name (not begun), or another session changed them. All names of a step
/// change in one transaction, in the session that holds the named lock, each only if the row still has its former name;
/// a request that arrives late changes nothing.</summary>
internal abstract record ProjectNamesStep(string Database, List<ProjectRename> Renames) : OmsStep
{
    private const int Listed = 10;

    protected virtual IReadOnlyList<ProjectRename> Changes => Renames;

    /// <summary>Whether names are given back: a project that no longer has the name which this upgrade gave it keeps
    /// the one it has.</summary>
    protected abstract bool IsUndo { get; }

    protected abstract string WayOut { get; }

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var rows = await RowsAsync(cancellationToken);
        var left = rows.Count(r => r.Name == r.Change.OldName);
        var done = rows.FindAll(r => r.Name == r.Change.NewName);
        var others = rows.FindAll(r => r.Name != r.Change.OldName && r.Name != r.Change.NewName);
        if (left == 0 && (IsUndo || others.Count == 0))
        {
            return new Done(Sentences.Join(
                done.Count == 0
                    ? null
                    : $"{Sentences.Count(done.Count, "project has its name", "projects have their names")}: "
                        + $"{Some(done.Select(Text))}.",
                others.Count == 0
                    ? null
                    : $"Changed outside of this upgrade, so left as they are: {Some(others.Select(Text))}."));
        }

        if (left == rows.Count || IsUndo)
        {
            return new NotStarted($"{left} of {rows.Count} names are to be changed.");
        }

        var wrong = rows.Select(r => r.Name is null
            ? Text(r)
            : $"{Text(r)}, expected '{r.Change.OldName}' or '{r.Change.NewName}'");
        return new Failed(
            Reasons.TargetChanged,
            $"Names of projects were changed outside of this upgrade, so no name was changed: {Some(wrong)}. {WayOut}");
    }

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        var metadata = await Targets.MetadataAsync(cancellationToken);
        var name = MetadataLocks.Of("drydock.names.", Database);
        await using var held = await metadata.LockAsync(name, cancellationToken);
        IReadOnlyList<ProjectRename> changes = IsUndo
            ? [.. (await RowsAsync(cancellationToken)).Where(r => r.Name == r.Change.OldName).Select(r => r.Change)]
            : Changes;
        var problems = await metadata.RenameProjectsAsync(
            held, Database, changes, mustBeFree: !IsUndo, cancellationToken);
        if (problems.Count > 0)
        {
            throw new StepActionException(Reasons.TargetChanged, $"No project was renamed: {Some(problems)}. {WayOut}");
        }
    }

    // Each change, and the name that its row has; null if there is no such row.
    private async Task<List<(ProjectRename Change, string? Name)>> RowsAsync(CancellationToken cancellationToken)
    {
        var changes = Changes;
        var metadata = await Targets.MetadataAsync(cancellationToken);
        var present = await metadata.ProjectsByIdAsync(
            Database, [.. changes.Select(r => (r.Kind, r.Id))], cancellationToken);
        var names = present.ToDictionary(p => (p.Kind, p.Id), p => p.Name);
        return [.. changes.Select(r => (r, names.GetValueOrDefault((r.Kind, r.Id))))];
    }

    private static string Text((ProjectRename Change, string? Name) row)
    {
        var key = ProjectRenamer.Key(row.Change.Kind, row.Change.Id);
        return row.Name is null ? $"{key} does not exist any more" : $"{key} is '{row.Name}'";
    }

    private static string Some(IEnumerable<string> all) => Sentences.List([.. all], Listed);
}

/// <summary>Gives new names to a batch of projects that share their names, before the downtime
/// (docs/project/research/oms.md#checks-before-an-upgrade). <see cref="RestoreProjectNames"/> undoes it.</summary>
/// <param name="Database">The database with the project tables.</param>
[Effect(Effect.Changes)]
internal sealed record RenameProjects(string Database, List<ProjectRename> Renames)
    : ProjectNamesStep(Database, Renames)
{
    // A plan parameter holds 32768 characters.
    private const int LongestBatch = 16_000;

    internal override void Undo(OmsRollback back, Step done)
    {
        var names = new RestoreProjectNames(Database, Renames);
        var verb = $"names-{done.Name}";
        if (back.IsPastT1)
        {
            back.Phase(OmsUpgradePhases.StartOld, () => [back.Add(names, verb: verb)]);
        }
        else
        {
            back.Undo(names, verb: verb);
        }
    }

    internal override string Title(string? node) => $"Rename {Renames.Count} projects that share their names";

    protected override bool IsUndo => false;

    protected override string WayOut =>
        "Set the former names in the console and retry.";

    /// <summary>Divides renames into batches, each small enough for the parameters of one step.</summary>
    public static IReadOnlyList<RenameProjects> Batches(string database, IReadOnlyList<ProjectRename> renames)
    {
        var batches = new List<RenameProjects>();
        var length = LongestBatch;
        foreach (var rename in renames)
        {
            var size = StepArguments.Write(new RenameProjects("", [rename])).Values.Max(text => text.Length);
            if (length + size > LongestBatch)
            {
                batches.Add(new RenameProjects(database, []));
                length = 0;
            }

            batches[^1].Renames.Add(rename);
            length += size;
        }

        return batches;
    }
}

/// <summary>Undoes <see cref="RenameProjects"/>.</summary>
/// <param name="Database">The database with the project tables.</param>
/// <param name="Renames">The renames to undo, as they were done.</param>
internal sealed record RestoreProjectNames(string Database, List<ProjectRename> Renames)
    : ProjectNamesStep(Database, Renames)
{
    internal override string Title(string? node) => "Restore the former names of projects";

    protected override bool IsUndo => true;

    protected override string WayOut =>
        "The names are read again at the next attempt; a project that has another name by then keeps it.";

    protected override IReadOnlyList<ProjectRename> Changes => [.. Renames.Select(r => r.Reverse())];
}
