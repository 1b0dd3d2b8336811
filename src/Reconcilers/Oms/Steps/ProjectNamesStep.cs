namespace Drydock.Reconcilers.Oms;

/// <summary>The base of renaming projects and of undoing it. The rows themselves tell what was done: all have their
/// target name (done), all have their former name (not begun), or another session changed them. All names of a step
/// change in one transaction, in the session that holds the named lock, each only if the row still has its former name;
/// a request that arrives late changes nothing.</summary>
internal abstract class ProjectNamesStep<TArgs>(IOmsTargets targets) : OmsStep<TArgs>(targets)
    where TArgs : class
{
    private const int Listed = 10;

    protected abstract string Database(TArgs args);

    protected abstract IReadOnlyList<ProjectRename> Renames(TArgs args);

    protected abstract bool MustBeFree { get; }

    protected abstract string WayOut { get; }

    protected override async Task<Observation> ObserveAsync(
        StepContext context, TArgs args, CancellationToken cancellationToken)
    {
        var renames = Renames(args);
        var metadata = await Targets.MetadataAsync(cancellationToken);
        var present = await metadata.ProjectsByIdAsync(
            Database(args), [.. renames.Select(r => (r.Kind, r.Id))], cancellationToken);
        var rows = present.ToDictionary(p => (p.Kind, p.Id), p => p.Name);
        if (renames.All(r => Has(r, r.NewName)))
        {
            var names = Some(renames.Select(r => $"{ProjectRenamer.Key(r.Kind, r.Id)} is '{r.NewName}'"));
            return new Observation.Done($"{renames.Count} projects have their names: {names}.");
        }

        if (renames.All(r => Has(r, r.OldName)))
        {
            return new Observation.NotStarted();
        }

        var wrong = renames.Select(r => rows.TryGetValue((r.Kind, r.Id), out var name)
            ? $"{ProjectRenamer.Key(r.Kind, r.Id)} is '{name}', expected '{r.OldName}' or '{r.NewName}'"
            : $"{ProjectRenamer.Key(r.Kind, r.Id)} does not exist any more");
        return new Observation.Failed(
            Reasons.TargetChanged,
            $"Names of projects were changed outside of this upgrade, so no name was changed: {Some(wrong)}. {WayOut}");

        bool Has(ProjectRename rename, string name) => rows.GetValueOrDefault((rename.Kind, rename.Id)) == name;
    }

    protected override async Task ExecuteAsync(
        StepContext context, TArgs args, CancellationToken cancellationToken)
    {
        var metadata = await Targets.MetadataAsync(cancellationToken);
        var database = Database(args);
        await using var held = await metadata.LockAsync(LockName(database), cancellationToken);
        var problems = await metadata.RenameProjectsAsync(
            held, database, Renames(args), MustBeFree, cancellationToken);
        if (problems.Count > 0)
        {
            throw new StepActionException(
                Reasons.TargetChanged, $"No project was renamed: {Some(problems)}. {WayOut}");
        }
    }

    // Servers allow 64 characters.
    private static string LockName(string database) =>
        $"drydock.names.{(database.Length > 48 ? database[..48] : database)}";

    private static string Some(IEnumerable<string> all)
    {
        var list = all.ToList();
        return string.Join(", ", list.Take(Listed)) + (list.Count > Listed ? $" and {list.Count - Listed} more" : "");
    }
}
