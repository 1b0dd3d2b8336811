namespace Drydock.Reconcilers.Oms;

/// <summary>Undoes <see cref="RenameProjects"/>.</summary>
internal sealed class RestoreProjectNames(IOmsTargets targets) : ProjectNamesStep<RestoreProjectNames.Args>(targets)
{
    /// <param name="Database">The database with the project tables.</param>
    /// <param name="Renames">The renames to undo, as they were done.</param>
    public sealed record Args(string Database, List<ProjectRename> Renames);

    protected override bool MustBeFree => false;

    protected override string WayOut =>
        "The former names are in status.renamedProjects: set them in the console and retry, "
        + "or annotate `drydock.dev/on-delete: Abandon`.";

    protected override string Database(Args args) => args.Database;

    protected override IReadOnlyList<ProjectRename> Renames(Args args) => [.. args.Renames.Select(r => r.Reverse())];
}
