namespace Drydock.Reconcilers.Oms;

/// <summary>Gives new names to a batch of projects that share their names, before the downtime
/// (docs/research/oms.md#checks-before-an-upgrade). <see cref="RestoreProjectNames"/> undoes it.</summary>
internal sealed class RenameProjects(IOmsTargets targets) : ProjectNamesStep<RenameProjects.Args>(targets)
{
    /// <param name="Database">The database with the project tables.</param>
    /// <param name="Renames">Former and new names.</param>
    public sealed record Args(string Database, List<ProjectRename> Renames);

    protected override bool MustBeFree => true;

    protected override string WayOut =>
        "Set the former names in the console and retry, or delete the upgrade and create it again.";

    protected override string Database(Args args) => args.Database;

    protected override IReadOnlyList<ProjectRename> Renames(Args args) => args.Renames;
}
