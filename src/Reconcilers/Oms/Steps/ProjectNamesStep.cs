using Drydock.Crds.Common;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// What renaming projects and taking it back share. The rows themselves tell what was done: all have the name they get
/// (done), all have the one they had (not begun), or somebody else was at work. All names of a step change in one
/// transaction, in the session that holds the named lock, each only if the row still has its former name; a request
/// that arrives late changes nothing.
/// </summary>
internal abstract class ProjectNamesStep(IOmsTargets targets) : OmsStep(targets)
{
    private const int Listed = 10;

    /// <summary>What gets which name.</summary>
    protected abstract IReadOnlyList<ProjectRename> Renames(StepContext context);

    /// <summary>Whether the names they get must be no other project's.</summary>
    protected abstract bool MustBeFree { get; }

    /// <summary>What a person can do when the rows are as nobody left them.</summary>
    protected abstract string WayOut { get; }

    /// <inheritdoc />
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var renames = Renames(context);
        var metadata = await Targets.MetadataAsync(cancellationToken);
        var rows = (await metadata.ProjectsByIdAsync(context.Parameter("database"), [.. renames.Select(r => (r.Kind, r.Id))], cancellationToken))
            .ToDictionary(p => (p.Kind, p.Id), p => p.Name);
        if (renames.All(r => Has(r, r.NewName)))
        {
            return new Observation.Done($"{renames.Count} projects: {Some(renames.Select(r => $"{ProjectRenamer.Key(r.Kind, r.Id)} is '{r.NewName}'"))}");
        }

        if (renames.All(r => Has(r, r.OldName)))
        {
            return new Observation.NotStarted();
        }

        var wrong = renames.Select(r => rows.TryGetValue((r.Kind, r.Id), out var name)
            ? $"{ProjectRenamer.Key(r.Kind, r.Id)} is '{name}', expected '{r.OldName}' or '{r.NewName}'"
            : $"{ProjectRenamer.Key(r.Kind, r.Id)} does not exist any more");
        return new Observation.Failed(Reasons.TargetChanged, $"somebody else changed names of projects meanwhile, so none is changed: {Some(wrong)}; {WayOut}");

        bool Has(ProjectRename rename, string name) => rows.GetValueOrDefault((rename.Kind, rename.Id)) == name;
    }

    /// <inheritdoc />
    public override async Task ActAsync(StepContext context, CancellationToken cancellationToken)
    {
        var metadata = await Targets.MetadataAsync(cancellationToken);
        var database = context.Parameter("database");
        var name = LockName(database);
        await using var held = await metadata.TryLockAsync(name, TimeSpan.FromSeconds(5), cancellationToken)
            ?? throw new StepActionException(
                Reasons.LockUnavailable, $"session {await metadata.LockHolderAsync(name, cancellationToken)} holds the lock {name} on the metadata database");
        var problems = await metadata.RenameProjectsAsync(held, database, Renames(context), MustBeFree, cancellationToken);
        if (problems.Count > 0)
        {
            throw new StepActionException(Reasons.TargetChanged, $"no project was renamed: {Some(problems)}; {WayOut}");
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
