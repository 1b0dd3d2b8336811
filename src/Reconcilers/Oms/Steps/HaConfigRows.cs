namespace Drydock.Reconcilers.Oms;

/// <summary>Reads the text of ha.config for steps.</summary>
internal static class HaConfigRows
{
    public static async Task<string?> HaConfigAsync(
        this IOmsTargets targets, string database, CancellationToken cancellationToken)
    {
        var metadata = await targets.MetadataAsync(cancellationToken);
        return (await metadata.ReadHaConfigAsync(database, cancellationToken)).Raw;
    }
}
