namespace Drydock.Reconcilers.Oms;

/// <summary>This part: what a restore needs.</summary>
internal sealed partial class SqlOmsMetadata
{
    public Task<RestoreCatalogue> RestoreCatalogueAsync(
        IReadOnlyCollection<string> databases, CancellationToken cancellationToken) =>
        _sessions.RunAsync(
            "Reading the catalogue of the databases",
            async session =>
            {
                var server = await RestoreFactsReader.ReadAsync(
                    session, Target.Address, Target.User, cancellationToken);
                var contents = new List<RestoreContent>();
                var absent = new SortedSet<string>(StringComparer.Ordinal);
                foreach (var database in databases)
                {
                    if (await ObjectsAsync(session, database, cancellationToken) is not { } objects)
                    {
                        continue;
                    }

                    absent.UnionWith(objects.AbsentLists);
                    contents.Add(new RestoreContent(database)
                    {
                        HasViews = objects.Views > 0,
                        HasRoutines = objects.Routines > 0,
                        HasTriggers = objects.Triggers > 0,
                        HasEvents = objects.Events > 0,
                        Refusals = objects.Refusals,
                        Definers = await RestoreFactsReader.DefinersAsync(session, database, cancellationToken),
                    });
                }

                return new RestoreCatalogue(server, contents, [.. absent]);
            },
            cancellationToken);

    private async Task<DatabaseObjects?> ObjectsAsync(
        MySqlSession session, string database, CancellationToken cancellationToken)
    {
        try
        {
            return await DatabaseObjects.ReadAsync(session, database, cancellationToken);
        }
        catch (SnapshotException error)
        {
            throw new OmsMetadataException(
                OmsMetadataErrorKind.Other, $"Metadata server {Target.Address}: {error.Message}");
        }
    }
}
