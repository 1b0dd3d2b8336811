namespace Drydock.Reconcilers.Oms;

/// <summary>The base of renaming projects and of undoing it. The rows themselves tell what was done: all have their
/// target name (done), all have their former name (not begun), or another session changed them. All names of a step
/// change in one transaction, in the session that holds the named lock, each only if the row still has its former name;
/// a request that arrives late changes nothing.</summary>
internal abstract record ProjectNamesStep(string Database, List<ProjectRename> Renames) : OmsStep
{
    private const int Listed = 10;

    protected virtual IReadOnlyList<ProjectRename> Changes => Renames;

    protected abstract bool MustBeFree { get; }

    protected abstract string WayOut { get; }

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var changes = Changes;
        var metadata = await Targets.MetadataAsync(cancellationToken);
        var present = await metadata.ProjectsByIdAsync(
            Database, [.. changes.Select(r => (r.Kind, r.Id))], cancellationToken);
        var rows = present.ToDictionary(p => (p.Kind, p.Id), p => p.Name);
        if (changes.All(r => Has(r, r.NewName)))
        {
            var names = Some(changes.Select(r => $"{ProjectRenamer.Key(r.Kind, r.Id)} is '{r.NewName}'"));
            return new Observation.Done($"{changes.Count} projects have their names: {names}.");
        }

        if (changes.All(r => Has(r, r.OldName)))
        {
            return new Observation.NotStarted();
        }

        var wrong = changes.Select(r => rows.TryGetValue((r.Kind, r.Id), out var name)
            ? $"{ProjectRenamer.Key(r.Kind, r.Id)} is '{name}', expected '{r.OldName}' or '{r.NewName}'"
            : $"{ProjectRenamer.Key(r.Kind, r.Id)} does not exist any more");
        return new Observation.Failed(
            Reasons.TargetChanged,
            $"Names of projects were changed outside of this upgrade, so no name was changed: {Some(wrong)}. {WayOut}");

        bool Has(ProjectRename rename, string name) => rows.GetValueOrDefault((rename.Kind, rename.Id)) == name;
    }

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        var metadata = await Targets.MetadataAsync(cancellationToken);
        await using var held = await metadata.LockAsync(LockName(), cancellationToken);
        var problems = await metadata.RenameProjectsAsync(held, Database, Changes, MustBeFree, cancellationToken);
        if (problems.Count > 0)
        {
            throw new StepActionException(Reasons.TargetChanged, $"No project was renamed: {Some(problems)}. {WayOut}");
        }
    }

    // Servers allow 64 characters.
    private string LockName() =>
        $"drydock.names.{(Database.Length > 48 ? Database[..48] : Database)}";

    private static string Some(IEnumerable<string> all)
    {
        var list = all.ToList();
        return string.Join(", ", list.Take(Listed)) + (list.Count > Listed ? $" and {list.Count - Listed} more" : "");
    }
}
